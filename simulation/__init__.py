"""The plan lived in virtual time.

What the model lives, and the key of a scenario that says so
-----------------------------------------------------------
================================================  =============================================================
gateway rate, SMS that do not arrive              `invitation.sms_rate`, `invitation.delivered`
response delays, also as a mixture; nights        `behaviour.response`, `.response.groups`, `behaviour.awake`
those of an age group, or of a municipality       `behaviour.response.crowds`
log-in, a station of its own                      `behaviour.session.login`, `platform.login`
pages, each with a service time of its own        `platform.workers`, `platform.service_time`
lists that are older than the book                `platform.list_age`
first, preferred or any time; own order           `behaviour.slot_choice`, `platform.listing`
several books and places to come                  one `[[slots]]` each
tries again, reloads, links passed on             `behaviour.after_rejection`, `.reload`, `.forwarded`
cancellations and the waiting list                `behaviour.cancel`, `behaviour.waitlist`
how a place is given; the waiting room            `platform.strategy`, `platform.waiting_room`
other traffic on the platform, by the hour        `platform.background`
record system: time-outs, redelivery, stops       `platform.ehr`
many municipalities that send at the same minute  `municipality.names`
or some of them by a rule of their own            `municipality.rules`
================================================  =============================================================
"""
