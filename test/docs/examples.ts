/**
 * What the examples, which people copy, take from the code: the version of the package, and the folder
 * behind the button “Deploy to Cloudflare”, which is what `s3-upload init` writes. `npm run docs`
 * writes both; tests compare.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import process from 'node:process';

const ROOT = new URL('../../', import.meta.url);

/** The folders of the examples, by name. */
export const EXAMPLES: readonly string[] = readdirSync(new URL('examples/', ROOT), {
  withFileTypes: true,
})
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name)
  .sort();

/** Of this package, as the examples ask for it: `^1.2.3`. */
export function currentRange(): string {
  const { version } = JSON.parse(readFileSync(new URL('package.json', ROOT), 'utf8')) as {
    readonly version: string;
  };
  return `^${version}`;
}

/** Whether the command that makes a project is there. */
export const hasInit = existsSync(new URL('worker/cli/init.ts', ROOT));

/**
 * What `s3-upload init s3-upload` writes, by the names of the files. The button asks for each line of
 * `.dev.vars.example` that is not a comment, and deploys it as a secret with the value that stands
 * there, so what is only for the user's own machine becomes a comment.
 */
export function deployedFolder(): Readonly<Record<string, string>> {
  const dir = mkdtempSync(join(tmpdir(), 's3-upload-init-'));
  try {
    const command = fileURLToPath(new URL('worker/cli/main.ts', ROOT));
    execFileSync('node', [command, 'init', 's3-upload'], { cwd: dir, stdio: 'pipe' });
    const names = readdirSync(join(dir, 's3-upload'));
    return Object.fromEntries(
      names.map((name) => {
        const text = readFileSync(join(dir, 's3-upload', name), 'utf8');
        const isAsked = name === '.dev.vars.example';
        return [name, isAsked ? text.replace(/^(?=(?:AUTH|ALLOWED_ORIGINS)=)/gm, '# ') : text];
      }),
    );
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const [name, text] of Object.entries(hasInit ? deployedFolder() : {})) {
    writeFileSync(new URL(`examples/cloudflare/${name}`, ROOT), text);
  }
  for (const example of EXAMPLES) {
    const file = new URL(`examples/${example}/package.json`, ROOT);
    const manifest = readFileSync(file, 'utf8');
    writeFileSync(
      file,
      manifest.replace(/("s3-upload-element": )"[^"]*"/, `$1"${currentRange()}"`),
    );
  }
}
