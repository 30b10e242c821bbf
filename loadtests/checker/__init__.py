"""Whether a booking server was right, judged from what its clients saw: the history checker.

Method
------
An operation is known by two moments: when it was sent and when its answer was read. Its effect lies somewhere between
them, ends included. One operation is before another only if its answer was read before the other was sent, by more
than the clocks may differ (`History.skew_s`). An answer that never came leaves an operation open for ever: it may have
happened at any moment since, or not at all. What was refused unread did not happen.

Each rule compares what must have been with what can have been:

- A confirmed booking *must* hold its place from its answer until somebody first tries to give it back, and *can* hold
  it from its sending until the first cancellation that surely worked is answered. A hold *can* keep a place as long as
  it lasts, and an unanswered booking *can* hold any place of its time from its sending on.
- It is wrong if at some moment two bookings must hold one place, or one citizen must hold more than allowed.
- It is wrong to say *taken* if at no moment between question and answer all places of the time can be held, and wrong
  to offer a time if at every moment of the list's age and making all its places must be held.
- A record read after an answer must contain what the answer promised, and nothing that nobody asked for.

Sound: why nobody is accused who kept the rules
-----------------------------------------------
Take a server that did one thing at a time, each between sending and answer. Its true occupancy of a place contains
every *must* and lies inside the *can*s, by their definitions. So at every moment the number of places that must be held
is at most, and the number that can be held at least, the true number. A true rejection happened at a moment of its
interval when all places were held, so the *can* count reaches them all there; a true offer at a moment when one was
free, so the *must* count misses one there. Each accusation above denies one of these. Late stamps, a lost answer or a
larger skew only lengthen intervals, which makes *must* shorter and *can* longer: faults may be missed, none invented.

Complete: what is never missed
------------------------------
For a time with one place, without cancellations and holds, `places.one_shot` decides exactly: one moment must exist
after every free sight can begin and before every taken one must end, within the winner. The tests hold it, in both
directions, against a search through every order of the operations.

Sources: Herlihy and Wing, "Linearizability", TOPLAS 12 (1990) 463-492 (locality: places can be judged one by one);
Gibbons and Korach, "Testing shared memories", SIAM J. Comput. 26 (1997) 1208-1244 (why distinct values make it cheap).
"""
