/** One setting of the Worker, as docs/reference/settings.md shows it. */
export interface Setting {
  /** Name of the environment variable. */
  readonly name: string;
  readonly meaning: string;
  /** As an operator would write it. Null if there is none: the feature is off, or the setting is required. */
  readonly default: string | null;
  readonly example: string;
  /** Set it with `wrangler secret put`. */
  readonly secret?: true;
}
