// Where the rules of alarms (semantics 1–6) can be read in more than one way, this page says which way the auditor holds the engine
// to, and what else would be right as well. Whoever decides otherwise changes the engine and this page together.
//
// 1. Bad quality "holds": the time in which a value is bad counts for no delay, and the delay goes on where it stood when a good
//    value comes. (Starting it again would also hold; letting it run would not: it would ring for a value nobody has.)
// 2. Qualities `test` and `maintenance` hold as `bad` does; `uncertain` and `substituted` are judged.
// 3. A limit that was changed is judged with the last good value as of the time that value was taken. What is not true under the
//    new limit returns at once, without its off-delay; what is true waits its on-delay from the time of the value (or from when an off-delay of it
//    ended, if that is later). The tick that
//    finds the delay already over may be the entry after the change.
// 4. A point whose profile is taken away forgets its last good value; one that keeps its measurement keeps it.
// 5. A latch is reset only after somebody has acknowledged it (the fact book: refused unless a policy allows it).
// 6. Limits of one ladder that change at the very same instant are one change: nothing is seen between them.
// 7. Withdrawing is counted in engine time; where the wall clock says otherwise both answers are accepted.
// 8. A reset lowers what the acknowledgement covers to the level that is left: what rises after it rings again.
// 9. Between the last entry of one start and the first of the next no engine time passes, however short the gap: only the wall clock
//    could tell how long it was, and that is not believed. (Counting gaps of up to 15 s would also be right.)
// 10. While something that a limit reads is bad, a limit that is moved is judged by the last good values of all of it (decision 10): it is on at once
//     where they pass it and it has no on-delay; a delay waits for the next good value, and so does a return. A delay that was running goes on
//     where it stood if they say the same of the new limit, and begins anew if not. A limit that is taken away returns at once.
// 11. An acknowledgement from a screen older than a withdrawal, or than the end of a suppression, may be taken or answered
//    `alarm-changed`: the alarm rings again, but it neither rose nor recurred.
// 12. When the last suppression ends and the condition is true it rings: nobody has acknowledged it any more. What has returned meanwhile
//    stays as it is. An alarm that rises above the level it was shelved at is no longer shelved. What is asked for longer than 8 h is shelved for 8 h.
// 13. A backlog: while it is under way nothing is said of its points; when 5 s have gone without another late sample an alarm is active exactly when a limit is on. Whether an alarm that was open before returns inside the backlog
//     and comes again, and what a latching limit does there, is left open. (A live sample ends it as well; a delay
//     that runs out between it and the 5 s is known to come late.)
// 14. A limit under a condition that cannot be told holds, whatever its own value says: also where that has returned. A change of what its
//     condition reads about the device begins a delay anew from the change: before it nobody knew that the limit counts.
// 15. The window of a count is real time between samples, and our own absence belongs to it; where no sample comes it runs in ticks. How long
//     an absence was is not certain: after one nothing is said of the counts of a point that has spoken.
// 16. The cause-and-effect table is asked when an entry is done: what a cause does and undoes inside one entry hides and shows nothing.
// 17. A gateway that lost its connection and is back begins the dead-men of those it spoke for anew, also where they had not run out.
//     While it is connected, whether a silent device or its gateway is told is left open.
// 18. Of two escalations at one level the reason that came first is shown; where a worse level has covered it meanwhile, either.
// 19. A missing acknowledgement counts from the entry that made it known, not from when a delay or a late sample says it began: it is about
//     people. What runs out in one entry does so in the order of delays, ends of flags, then this; all of it before what the entry brings.
// 20. Rules over several points (decision 16): what is worked out anew after timers, after every sample and after a change takes effect in
//     engine time. When a dead-man that a gateway's return may have put off runs out is left to the engine, and that it does so is watched.
//     Which points decided, how many votes the alarm shows, and its kind are left open.
// 21. A message that carries `faults`, of the device or of its points, says everything that is wrong with both; one without says nothing. A
//    fault of the device explains whatever is bad once the message is in (decision 19), also what an earlier message brought.
// 22. Withdrawing, closing and hiding an F04 prove nothing about a sensor that folds back; its reset is refused while it is beyond its range.
// 23. The dead-man of a point goes by when its values came, not by their stamps; of devices that speak through a gateway nothing is
//    said. A point has to have shown a rhythm: what ends a silence (its own or its device's) and a second value of the same moment count
//    neither for the ten samples nor as a gap; the longest gap is that of late. Whether a point or its device is told where both run out
//    between two entries: the device. A point that was missed when its device fell silent stays so.
// 24. How far a value rose is known within bounds (rise.ts). Where the least and the most of it make the same of a limit, that is what must be;
//     where not, the engine's word is taken for when it goes on and off. Everything else about its alarm is judged as that of any other.
// 25. A value that stands still: how much of a silence, of a stretch with bad values or of our own absence counts is left open, up to two reports
//    for each gap; whether the first sample is one of the 24, and 5 % itself, too.
// 26. What a device says of its faults and of bad values in a late batch is taken as one message at the end of that: by the next sample that is
//    not late, or when 5 s have gone without one. What went and came again inside it has neither gone nor come.
// 27. An F04 that is reported of a point whose sensor folds back is the alarm that is found of it, and holds it at full scale from the report on. What
//    of a report is left while the value is bad, and whom a report of the whole device means, is left open: the worlds do neither.
// 28. In warm-up a value is uncertain and judged as such; that only a limit for somebody's life must alarm then would also be right.
// 29. The health code of a clock is judged by the newest stamp of a message in which nothing is late. A clock that is put right by less than makes a
//    sample late is learned slowly, and not judged; nor is one after our own was set.
// 30. What one person alone hid (decision 13) is over in the very instant in which the alarm is red, and rings if nothing else hides it. Suppression by
//    hand for longer than 8 h is for 8 h; without minutes, as older entries have it, until somebody ends it.
// 31. The 8 h of a point that is worked on begin with its first such word since its last judged value: by the sample's time or by its arrival. After our
//    own absence the question may come with the point's next word, or when the device has had a whole period. A device that is back from its
//    silence without a word of the point itself: either.
// 32. What follows a limit that was moved is on by the base as it stands: a base that is on at once by its last good value counts from when that was
//    taken, and what has lasted long enough by that rises with the next entry. An escalation that is switched off is off at once, and counts from the
//    newest sample when it is switched on again. Of two at one level whose base was moved between them either is shown.
// 33. A factor of a warning that a person set is over with the first entry at or after its end. Where we were away or our clock was set since it was
//     set: within a minute of engine time, and the engine's word is taken for when.
// 34. An hour of a baseline ends with the first good value that is an hour younger than its first, which begins the next; whether the very first value of
//     a point belongs to the first hour is left open, and so is on which side of its limit a sum is by rounding.

import type { Quality } from '../../../model/reading.ts';

export const JUDGED: ReadonlySet<Quality> = new Set<Quality>(['good', 'uncertain', 'substituted']);

/** An acknowledgement can be withdrawn for so long, ms. */
export const WITHDRAW_WITHIN_MS = 10_000;

/** Longest shelving, minutes: one shift; longest suppression by hand, too. */
export const SHELVED_AT_MOST_MIN = 480;

/** So long after its last sample a backlog is over, with the gathering of ticks, ms. */
export const BACKLOG_ENDS_MS = 5_100;
