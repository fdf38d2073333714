/**
 * The CORS rules of an R2 bucket, by wrangler: tokens for objects may not change a bucket by S3's API,
 * but whoever is logged in to Cloudflare may.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Bucket } from '../bucket.ts';
import { WranglerError, type Wrangler } from '../setup/wrangler.ts';
import type { RulesPlace } from './place.ts';
import type { CorsRule } from './rules.ts';

/** https://developers.cloudflare.com/r2/api/s3/api/ and, for jurisdictions, /r2/reference/data-location/ */
const R2_HOST = /^([0-9a-f]{32})(?:\.(eu|fedramp))?\.r2\.cloudflarestorage\.com$/;

/** The rules by `wrangler r2 bucket cors`. @throws WranglerError, from both. */
export function rulesByWrangler({ name, endpoint }: Bucket, wrangler: Wrangler): RulesPlace {
  const [, account, jurisdiction] = R2_HOST.exec(new URL(endpoint).hostname) ?? [];
  const where = jurisdiction === undefined ? [] : ['--jurisdiction', jurisdiction];
  const options = account === undefined ? {} : { env: { CLOUDFLARE_ACCOUNT_ID: account } };
  return {
    read: async () =>
      readRules(await wrangler(['r2', 'bucket', 'cors', 'list', name, ...where], options)),
    write: async (rules) => {
      const folder = await mkdtemp(join(tmpdir(), 's3-upload-cors-'));
      try {
        const file = join(folder, 'cors.json');
        await writeFile(file, JSON.stringify({ rules: rules.map(toR2) }));
        const args = ['r2', 'bucket', 'cors', 'set', name, '--file', file, '--force', ...where];
        await wrangler(args, options);
      } finally {
        await rm(folder, { recursive: true });
      }
    },
  };
}

/** In the format that R2's own API has: https://developers.cloudflare.com/r2/buckets/cors/ */
function toR2(rule: CorsRule): object {
  const { AllowedOrigins, AllowedMethods, AllowedHeaders, ExposeHeaders, MaxAgeSeconds } = rule;
  return {
    allowed: { origins: AllowedOrigins, methods: AllowedMethods, headers: AllowedHeaders },
    exposeHeaders: ExposeHeaders,
    ...(MaxAgeSeconds === undefined ? {} : { maxAgeSeconds: MaxAgeSeconds }),
  };
}

/**
 * wrangler prints rules as text alone: a line for each property, and an empty line between two rules.
 * It does not print their names, which a rule that is written back therefore loses.
 *
 * @throws WranglerError if it prints anything else, because other rules would be lost then.
 */
function readRules(printed: string): readonly CorsRule[] {
  if (printed.includes('There is no CORS configuration')) return [];
  const text = printed.slice(Math.max(printed.indexOf('allowed_origins:'), 0));
  const rules = text
    .trim()
    .split(/\n\s*\n/)
    .map(readRule);
  if (rules.every((rule) => rule !== undefined)) return rules;
  throw new WranglerError('failed', 'wrangler shows the rules that exist in an unknown format');
}

function readRule(text: string): CorsRule | undefined {
  const lines = [...text.matchAll(/^ *(\w+): *(.*?) *$/gm)];
  const values = new Map(lines.map(([, label = '', value = '']) => [label, value] as const));
  const listOf = (label: string): readonly string[] => {
    const value = values.get(label) ?? '';
    return value.startsWith('(no ') || value === '' ? [] : value.split(', ');
  };
  const age = values.get('max_age_seconds');
  if (listOf('allowed_origins').length === 0 || age === undefined) return undefined;
  return {
    AllowedOrigins: listOf('allowed_origins'),
    AllowedMethods: listOf('allowed_methods'),
    AllowedHeaders: listOf('allowed_headers'),
    ExposeHeaders: listOf('exposed_headers'),
    ...(/^\d+$/.test(age) ? { MaxAgeSeconds: Number(age) } : {}),
  };
}
