/** One setting of the Worker, as the README's table shows it. */
export interface Setting {
  /** Of the environment variable. */
  readonly name: string;
  readonly meaning: string;
  /** As one would write it; null: there is none, and the feature is off or the setting needed. */
  readonly default: string | null;
  readonly example: string;
  /** To be set by `wrangler secret put`. */
  readonly secret?: true;
}
