/** Command-line tools that some tests use as clients of the Worker's would. */
import { spawnSync } from 'node:child_process';
import process from 'node:process';

/** What tests start as Redis: the server on the path, or the one that the environment names. */
export const REDIS_SERVER = process.env['REDIS_SERVER'] ?? 'redis-server';

/** How to find out whether each is there. */
const CHECKS = {
  curl: ['curl', '--version'],
  go: ['go', 'version'],
  jq: ['jq', '--version'],
  php: ['php', '--version'],
  python: ['python3', '--version'],
  redis: [REDIS_SERVER, '--version'],
  ruby: ['ruby', '--version'],
  requests: ['python3', '-c', 'import requests'],
} as const;

export type Tool = keyof typeof CHECKS;

/**
 * Why tests that need these tools are skipped; undefined where all are there. `.ci/run` installs them
 * and sets `ALL_TOOLS`, under which nothing is skipped.
 */
export function missing(...tools: readonly Tool[]): string | undefined {
  if (process.env['ALL_TOOLS'] === 'yes') return undefined;
  const lacking = tools.filter((tool) => {
    const [command, ...args] = CHECKS[tool];
    return spawnSync(command, args).status !== 0;
  });
  return lacking.length > 0 ? `not on this machine: ${lacking.join(', ')}` : undefined;
}
