/** What a table or a plot says of one contender. */
import { median } from '../upload/figures.ts';
import type { LineRecord } from '../upload/record.ts';

export interface Spread {
  readonly median: number;
  readonly least: number;
  readonly most: number;
}

export interface Figures {
  readonly name: string;
  readonly isOurs: boolean;
  readonly isFloor: boolean;
  /** True if the floor, or a variation of it, was run to learn what the line allows. */
  readonly isPeer: boolean;
  readonly rounds: number;
  readonly failures: number;
  readonly error: string | undefined;
  readonly seconds: Spread;
  /** To the floor's time of the same round. */
  readonly ratio: Spread;
  readonly cpuSeconds: Spread;
  /** CPU seconds of the browser for each GiB; undefined for so few bytes that starting up decides. */
  readonly cpuPerGib: number | undefined;
  readonly firstByteSeconds: Spread;
  readonly requests: Spread;
  readonly preflights: Spread;
}

const MANY_BYTES = 2 ** 26;

const FLOORS: ReadonlySet<string> = new Set([
  'floor',
  'floorAndRead',
  'floorFromBuffers',
  'floorFromBlobs',
  'forms',
]);

export function figuresOf({ runs, bytes }: LineRecord): readonly Figures[] {
  const floor = runs[0]?.outcomes ?? [];
  return runs.map(({ name, contender, outcomes }, index) => {
    const whole = outcomes.filter(({ seconds }) => seconds !== null);
    const spread = (of: keyof (typeof outcomes)[number]) =>
      spreadOf(whole.map((outcome) => Number(outcome[of])));
    const cpuSeconds = spread('cpuSeconds');
    return {
      name,
      isOurs: contender === 'engine',
      isFloor: index === 0,
      isPeer: contender !== 'engine' && !FLOORS.has(contender),
      rounds: outcomes.length,
      failures: outcomes.length - whole.length,
      error: outcomes.find(({ error }) => error !== undefined)?.error,
      seconds: spread('seconds'),
      ratio: spreadOf(
        outcomes.flatMap(({ seconds }, round) => {
          const ofFloor = floor[round]?.seconds;
          return seconds !== null && ofFloor ? [seconds / ofFloor] : [];
        }),
      ),
      cpuSeconds,
      cpuPerGib: bytes < MANY_BYTES ? undefined : (cpuSeconds.median / bytes) * 2 ** 30,
      firstByteSeconds: spread('firstByteSeconds'),
      requests: spread('requests'),
      preflights: spread('preflights'),
    };
  });
}

function spreadOf(values: readonly number[]): Spread {
  return { median: median(values), least: Math.min(...values), most: Math.max(...values) };
}
