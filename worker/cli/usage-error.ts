/** The error for arguments that a command does not understand. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
  readonly code = 'invalid_usage';
  /** The option that is wrong, such as `--origin`. Undefined if it is not an option. */
  readonly option: string | undefined;

  constructor(message: string, option?: string) {
    super(message);
    this.option = option;
  }
}
