/** What the network, the session and the operator do in a soak. */
import { BOX_STATUSES, boxAnswer, errorInside200, expired, PORTAL, s3Error } from '../answers.ts';
import type { TokenAct } from '../page.ts';
import type { Random } from '../random.ts';
import { PART_BYTES } from '../rig.ts';
import type { Fault, Rule } from '../rules.ts';

export type Way = 'front' | 'lane' | 'control';

/** Short, so that a stall does not make the soak long; long enough for a busy machine. */
export const STALL_MS = 3000;
const LEAST_FAULTS = 4;
const MOST_FAULTS = 20;

/** The faults of one batch of uploads. */
export function faultsOf(random: Random): readonly { way: Way; rule: Rule }[] {
  return Array.from({ length: random.whole(LEAST_FAULTS, MOST_FAULTS) }, () => {
    const way = random.pick(['front', 'lane', 'lane', 'lane', 'control'] as const);
    const fault = random.pick(FAULTS[way])(random);
    const isContact = way !== 'control' && random.chance(0.1);
    const times = random.whole(1, 3);
    const skip = isContact ? 0 : random.whole(0, 4);
    const lasts = random.chance(0.1) ? { forMs: random.whole(500, 4000) } : { times };
    // A Create whose reply the store lost is nobody's: see every-request.test.ts.
    const when = way === 'control' ? { query: /^(?!\?uploads)/ } : {};
    return isContact
      ? { way, rule: { when: { method: 'OPTIONS' }, fault: { kind: 'reset', at: 0 }, times } }
      : { way, rule: { when, fault, skip, ...lasts } };
  });
}

/** What the first calls of `getToken` do, if the page has one; otherwise its headers say who calls. */
export function tokenActsOf(random: Random): readonly TokenAct[] {
  if (random.chance(0.6)) return [];
  const acts = ['good', 'refused', 'refused', 'throw', 'slow'] as const;
  return Array.from({ length: random.whole(1, 4) }, () => random.pick(acts));
}

/** Settings of the next deployment: parts of another size, or none that differ. */
export function deploymentOf(random: Random): Readonly<Record<string, string>> {
  return { MIN_PART_BYTES: String(random.pick([PART_BYTES, PART_BYTES + 1024 * 1024])) };
}

const RESET = (random: Random): Fault => ({ kind: 'reset', at: random.pick([0, 0.5, 0.99, 1]) });
const LOSE = (): Fault => ({ kind: 'lose-reply' });
const DELAY = (random: Random): Fault => ({ kind: 'delay', ms: random.whole(10, 800) });
const LATE = (random: Random): Fault => ({ kind: 'late', ms: random.whole(10, 1.5 * STALL_MS) });
const BOX = (random: Random): Fault =>
  boxAnswer(random.pick(BOX_STATUSES), { done: random.chance(0.3), cors: random.chance(0.8) });

/** A line, and a box that answers in the place of what is behind it. */
const ANYWHERE = [RESET, LOSE, DELAY, LATE, BOX, BOX, () => PORTAL] as const;

const FAULTS: Readonly<Record<Way, readonly ((random: Random) => Fault)[]>> = {
  front: [
    ...ANYWHERE,
    () => ({ kind: 'answer', status: 503 }),
    () => ({ kind: 'answer', status: 502, cors: false }),
  ],
  lane: [
    ...ANYWHERE,
    () => ({ kind: 'stall' }),
    (random) => ({ kind: 'freeze', afterBytes: random.whole(0, PART_BYTES) }),
    () => ({ kind: 'head-only' }),
    () => s3Error(503, 'SlowDown'),
    () => s3Error(500, 'InternalError', '', { cors: false }),
    () => expired(),
    () => expired({ cors: false }),
    (random) => ({ kind: 'flip-bit', atByte: random.whole(0, 1000) }),
    (random) => ({ kind: 'truncate', afterBytes: random.whole(0, 1000) }),
  ],
  control: [
    RESET,
    LOSE,
    DELAY,
    LATE,
    BOX,
    BOX,
    () => s3Error(500, 'InternalError'),
    () => errorInside200(),
  ],
};
