/** The shape of what the old systems name, and of where it is shown here. */

/** One job, setting, endpoint, field, state or error of an old system. */
export interface Row {
  readonly id: string;
  readonly kind: Kind;
  /** What the old system names. */
  readonly there: string;
  /** The setting, call or hook that does it here. */
  readonly here: string;
  /** Needed unless there is a reason. */
  readonly tests?: readonly Citation[];
  /** Why it differs here, or is not there. */
  readonly reason?: string;
}

/**
 * A test: its file below `test/`, and a text that only its title contains. The third is the case, if
 * the title is that of many cases.
 */
export type Citation = readonly [file: string, title: string, oneCase?: string];

export type Kind = keyof typeof KINDS;

/** Headings of the tables, in their order. */
export const KINDS = {
  job: 'Jobs',
  setting: 'Settings',
  endpoint: 'Endpoints and calls',
  field: 'Fields',
  state: 'States and signals',
  error: 'Errors',
} as const;

/** An old system, and the page about it. */
export interface System {
  readonly name: string;
  /** The page in `docs/from/`. */
  readonly page: string;
  readonly url: string;
  /** The test that runs the page’s script. */
  readonly script: Citation;
  readonly rows: readonly Row[];
}
