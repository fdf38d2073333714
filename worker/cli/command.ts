/** What a command of `s3-upload` is. Each has a file of its own, and an entry in run.ts. */

/** What a command may use of the machine that it runs on. */
export interface Machine {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The folder that the command was started in. */
  readonly folder: string;
  readonly print: (text: string) => void;
  readonly printError: (text: string) => void;
}

/** One command. */
export interface Command {
  readonly name: string;
  /** One line, for the list of commands. */
  readonly summary: string;
  /** The text of `--help`, without a line break at its end. */
  readonly help: string;
  /**
   * Runs the command with the arguments that follow its name.
   *
   * @returns the exit status: 0, or 1 if something failed.
   * @throws UsageError for wrong arguments, ProblemError for a wrong setting.
   */
  run(args: readonly string[], machine: Machine): Promise<number>;
}
