/** Mutants that survive, each with the reason why no test can or should kill it. */

/** A survivor is recognised by its file, the code that it changes and what that becomes. */
export interface Judgement {
  readonly file: string;
  /** The mutated code, its blanks collapsed. */
  readonly code: string;
  /** What Stryker writes in its place, its blanks collapsed; any replacement if it is left out. */
  readonly becomes?: string;
  readonly why: string;
}

const ALWAYS_THERE = 'Equivalent: TypeScript asks for a default, and the value is always there.';
const SPREAD_OF_NOTHING =
  'Equivalent: without it nothing is returned, and its spread adds nothing.';
const NO_LIST = 'Equivalent: an entry without times never counts and is never forgotten.';
const NO_ATTEMPT = 'Equivalent: what is not an attempt is the upload.';
const ANSWER_UNREAD = 'Equivalent: whoever asks this question does not read the answer.';

/** Judgements of one file: code, what it becomes, why. */
function of(
  file: string,
  judgements: readonly (readonly [code: string, becomes: string | undefined, why: string])[],
): readonly Judgement[] {
  return judgements.map(([code, becomes, why]) =>
    becomes === undefined ? { file, code, why } : { file, code, becomes, why },
  );
}

export const JUDGED: readonly Judgement[] = [
  ...of('widget/core/faults/verdict.ts', [
    [
      "''",
      undefined,
      'Equivalent: an answer without a code is judged before its code is looked up.',
    ],
    [
      "'fail'",
      '""',
      'Equivalent: what has no case of its own fails; for these codes, their status says the same.',
    ],
  ]),
  ...of('widget/core/upload/page-events.ts', [
    ['default: return {};', 'default:', SPREAD_OF_NOTHING],
  ]),
  ...of('widget/core/upload/standing.ts', [
    [
      "'parts' in standing && standing.parts",
      "'parts' in standing || standing.parts",
      'Equivalent: a standing never has parts that are undefined.',
    ],
    ["standing.kind === 'unconfirmed'", 'true', 'Equivalent: no other standing has a token here.'],
  ]),
  ...of('widget/core/upload/state.ts', [['default: return {};', 'default:', SPREAD_OF_NOTHING]]),
  ...of('worker/object/key.ts', [
    ["''", undefined, ALWAYS_THERE],
    [
      'folders.length > 0',
      undefined,
      'Equivalent: without folders the name is shortened until the key fits, or the key is refused anyway.',
    ],
  ]),
  ...of('worker/policy/local-reservations.ts', [
    [
      'usedAt + SETTLED_SECONDS > now',
      undefined,
      'Frees memory alone: the uploads of an owner who has not asked for so long are forgotten by then.',
    ],
  ]),
  ...of('worker/policy/owner-limits.ts', [
    ["''", undefined, 'Equivalent: an id or a text that nothing else has or reads.'],
    ['true', 'false', ANSWER_UNREAD],
    ["'upload'", '""', NO_ATTEMPT],
  ]),
  ...of('worker/policy/quota.ts', [
    [
      'counted?.summary',
      undefined,
      'Equivalent: where bytes or files are refused, they were counted.',
    ],
    [
      'counted?.isExact',
      undefined,
      'Equivalent: where a Create is refused for its size, it was counted.',
    ],
    [
      '(await read)?.isExact',
      undefined,
      'Equivalent: the room has been counted in the line above.',
    ],
    ["'taken'", '""', 'Equivalent: what has no case is not refused.'],
  ]),
  ...of('worker/policy/reservations.ts', [
    ['[]', undefined, NO_LIST],
    ["'upload'", '""', NO_ATTEMPT],
    [
      'attempts !== undefined',
      'true',
      'Equivalent: attempts that are undefined count as one, and JSON leaves them out.',
    ],
    [
      'one.id < other.id',
      'one.id <= other.id',
      'Equivalent: an upload is not compared with itself.',
    ],
    [
      'one.createdAt < other.createdAt',
      'one.createdAt <= other.createdAt',
      'Equivalent: equal times are compared by id before.',
    ],
  ]),
  ...of('worker/policy/store-fit.ts', [["''", undefined, 'Equivalent: both texts are printable.']]),
  ...of('worker/protocol/accept.ts', [
    ["''", undefined, ALWAYS_THERE],
    [
      "case 'extension': return false;",
      "case 'extension':",
      'Equivalent: an extension has no family, so that the next case says no.',
    ],
    ["'extension'", '""', 'Equivalent: without a case the answer is undefined, which is no, too.'],
  ]),
  ...of('worker/s3/signing/presign.ts', [
    ['one < other', 'one <= other', 'Equivalent: the names in a query differ.'],
  ]),
  ...of('worker/token.ts', [
    ['{ return undefined; }', '{}', 'Equivalent: it returns undefined either way.'],
    ['false', 'true', 'Not observable: nothing exports the key.'],
  ]),
];
