/** What examples/node-minio says, for the tests that hold it to the code and that run it. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const EXAMPLE = fileURLToPath(new URL('../../examples/node-minio/', import.meta.url));

/** The signer's settings in compose.yaml; what the environment file sets has a long value. */
export function composeSettings(): Readonly<Record<string, string>> {
  const compose = readFileSync(`${EXAMPLE}compose.yaml`, 'utf8');
  const [, block = ''] = /\n {2}signer:\n([^]*?)\n {2}\w+:\n/.exec(compose) ?? [];
  return Object.fromEntries(
    [...block.matchAll(/^ {6}([A-Z][A-Z0-9_]+): (.*)$/gm)].map(([, name = '', value = '']) => [
      name,
      value.includes('${') ? `${name.toLowerCase()}-of-the-environment-file` : value,
    ]),
  );
}

/** The command that the container of the signer runs. */
export function containerCommand(): readonly string[] {
  const docker = readFileSync(`${EXAMPLE}Dockerfile`, 'utf8');
  return JSON.parse(/^CMD (\[.*\])$/m.exec(docker)?.[1] ?? '[]') as string[];
}
