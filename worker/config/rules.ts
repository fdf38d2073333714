/** Reads the rules for uploads and objects from the Worker's environment. */
import type { RulesOptions } from '../policy/policy.ts';
import { defined, either, wrong, type Reader } from './read-setting.ts';
import { parseAccept } from '../protocol/accept.ts';
import { CANNED_ACLS, type CannedAcl } from '../protocol/schemas.ts';
import type { SettingName } from './settings.ts';

/** @throws ProblemError `misconfigured`, naming the setting. */
export function rulesOptionsFrom(read: Reader): RulesOptions {
  return defined({
    maxBytes: read.bytes('MAX_BYTES'),
    minBytes: read.bytes('MIN_BYTES'),
    accept: acceptFrom(read),
    maxFiles: read.count('MAX_FILES'),
    maxOpen: read.count('MAX_OPEN_UPLOADS'),
    maxTotalBytes: read.bytes('MAX_TOTAL_BYTES'),
    name: read.pattern('NAME_PATTERN'),
    prefix: read.text('KEY_PREFIX'),
    metadata: read.list('METADATA').map((name) => name.toLowerCase()),
    fixedMetadata: pairsFrom(read, 'SET_METADATA'),
    acl: read.list('ACL').map((acl) => aclOf(acl)),
    disposition: read.choice('DISPOSITION', ['auto', 'attachment', 'inline', 'none'] as const),
    object: defined({
      cacheControl: read.text('CACHE_CONTROL'),
      tags: pairsFrom(read, 'TAGS'),
      storageClass: read.text('STORAGE_CLASS'),
      sse: sseFrom(read),
    }),
    uploadSeconds: read.seconds('UPLOAD_TTL'),
    maxAgeSeconds: read.seconds('UPLOAD_MAX_AGE'),
    urlSeconds: read.seconds('URL_TTL'),
    removable: read.flag('REMOVABLE'),
    public: read.flag('PUBLIC'),
  });
}

function acceptFrom(read: Reader): string[] {
  const list = read.list('ACCEPT');
  const [malformed] = parseAccept(list).malformed;
  if (malformed !== undefined) {
    const place = list.indexOf(malformed) + 1;
    wrong(
      'ACCEPT',
      `must be a list such as image/*, application/zip, .pdf: look at entry ${place}`,
    );
  }
  return list;
}

function aclOf(name: string): CannedAcl {
  return (
    CANNED_ACLS.find((acl) => acl === name) ?? wrong('ACL', `must list only ${either(CANNED_ACLS)}`)
  );
}

function sseFrom(read: Reader): 'AES256' | { kms: string | null } | undefined {
  const sse = read.choice('SSE', ['AES256', 'aws:kms'] as const);
  const key = read.text('SSE_KMS_KEY_ID');
  if (sse === 'aws:kms') return { kms: key ?? null };
  if (key !== undefined) wrong('SSE_KMS_KEY_ID', 'needs SSE=aws:kms');
  return sse;
}

/** Reads `name=value&name=value`, percent-encoded where needed. */
function pairsFrom(read: Reader, name: SettingName): Record<string, string> | undefined {
  const text = read.text(name);
  if (text === undefined) return undefined;
  const pairs = [...new URLSearchParams(text)];
  if (pairs.some(([key, value]) => key === '' || value === '')) {
    wrong(name, 'must be written as name=value&name=value');
  }
  return Object.fromEntries(pairs);
}
