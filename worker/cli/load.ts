/** Loads what needs packages that the app installs by itself, so that all else works without them. */
import { ProblemError } from '../problem.ts';

/**
 * Calls `load`, which imports modules.
 *
 * @throws ProblemError `misconfigured`, saying what to install, if a package is missing.
 */
export async function loadWith<Modules>(
  load: () => Promise<Modules>,
  { command, packages }: { readonly command: string; readonly packages: string },
): Promise<Modules> {
  try {
    return await load();
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw cause;
    throw new ProblemError(
      'misconfigured',
      `\`s3-upload ${command}\` needs more packages: npm install ${packages}`,
      { cause },
    );
  }
}
