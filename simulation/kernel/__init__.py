"""The journey of `simulation.journey` and the platform of `simulation.world`, compiled: the same events in one loop.

Numba is met in this package alone, and nothing that is compiled comes from outside it. `codes` and `layout` say what
is in memory and need no Numba; `draws` is what a citizen's chance is; `loop` is the way in.

How it agrees with SimPy to the bit
-----------------------------------
Times are float64 and are added in the same order, so every moment is the same number. SimPy orders events by
(time, priority, when they were made). An event made for the present moment is younger than every event that lies
waiting, so it goes to the end of a queue of its own (`happen_now`); waiting timeouts go by (time, number) in a heap.
The openings of the page are timeouts too, made first of all: they are sorted once and come before others of the same
time. Process starts are urgent in SimPy, that is next; there is never more than one, and it is simply called.

What stands for what
--------------------
=========================  =====================================================================================
`Journey.live`, `_try`     `step`: what a citizen does when the wait it is in, `phase`, is over
`Journey._ask`             `ask` and `send` (join the queue), `granted` (read or commit), `served` (note it, go on)
`Journey._come_in`         `knock`, `turn_away`
`WaitingRoom`              `visit`: lists in order of arrival and of asking instead of dictionaries
`World.serve`              `grant_next`, `granted`, and the release, which is an event of its own
`World.decide`             `deliver` (join the queue of the record system), `granted_ehr`, `decided`
`World.hold, _give_back`   `hold_place`, `give_back`
`Ledger`                   `reserve`, `cancel`, `find_day`, `find_time`: counts instead of dictionaries
`Journey._note`            `write_attempt`; `settle` with what `Journey.live` does next
`World.keep, _fill`        `keep`, `cancelled`, `wait_in_line`, `fill`
=========================  =====================================================================================
"""
