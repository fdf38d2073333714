/** The settings that only a server has: its name, its meaning and its default, as for the Worker's. */
import type { Setting } from '../config/setting.ts';
import type { Env } from '../config/read-setting.ts';
import { ProblemError } from '../problem.ts';

export const NODE_SETTINGS = [
  {
    name: 'HOST',
    meaning: 'Address to listen on; `0.0.0.0` or `::` for every interface, as in a container.',
    default: '127.0.0.1',
    example: '0.0.0.0',
  },
  {
    name: 'PORT',
    meaning: 'Port to listen on; 0 for any free one.',
    default: '8787',
    example: '3000',
  },
  {
    name: 'STATE_URL',
    meaning:
      'Where the list of uploads is kept: `sqlite:FILE` for one process, or the address of Redis or Valkey for several (`redis:`, or `rediss:` for TLS).',
    default: 'sqlite:s3-upload.sqlite',
    example: 'redis://valkey:6379',
    secret: true,
  },
  {
    name: 'TRUSTED_PROXIES',
    meaning:
      'Proxies before the server: addresses, ranges, `loopback` or `private`. Their `X-Forwarded-For`, `-Proto` and `-Host` are believed, and nobody else’s.',
    default: '(none)',
    example: '10.0.0.0/8, loopback',
  },
] as const satisfies readonly Setting[];

export type NodeSettingName = (typeof NODE_SETTINGS)[number]['name'];

/** Where a server listens, what it remembers, and whom it believes. */
export interface ServerSettings {
  readonly host: string;
  readonly port: number;
  readonly stateUrl: string;
  readonly trustedProxies: readonly string[];
}

const MAX_PORT = 65_535;

/** @throws ProblemError `misconfigured`, naming the setting. */
export function serverSettingsFrom(env: Env): ServerSettings {
  const text = (name: NodeSettingName): string | undefined => {
    const value = env[name];
    return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined;
  };
  const orDefault = (name: NodeSettingName): string =>
    text(name) ?? NODE_SETTINGS.find((setting) => setting.name === name)?.default ?? '';
  const trusted = text('TRUSTED_PROXIES')?.split(',') ?? [];
  return {
    host: orDefault('HOST'),
    port: portFrom(orDefault('PORT')),
    stateUrl: orDefault('STATE_URL'),
    trustedProxies: trusted.map((name) => name.trim()).filter((name) => name !== ''),
  };
}

function portFrom(text: string): number {
  if (/^\d{1,5}$/.test(text) && Number(text) <= MAX_PORT) return Number(text);
  throw new ProblemError('misconfigured', `The setting PORT must be from 0 to ${MAX_PORT}.`);
}
