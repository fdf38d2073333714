/** Checks the store's address by a request that nobody has signed. */
import type { Bucket } from '../../bucket.ts';
import { bucketOf, parseEndpoint } from '../../../s3/endpoint.ts';
import { fail, pass, warn, type Note } from '../finding.ts';
import { checkOtherStyle } from './access.ts';
import { request } from '../request.ts';

/** S3 refuses signatures that are further away: RequestTimeTooSkewed. */
const MAX_SKEW_SECONDS = 900;
const SKEW_TO_MENTION_SECONDS = 60;

/** Stores that say in their `Server` header what they are, and the profile that fits them. */
const SERVERS: readonly (readonly [RegExp, string])[] = [
  [/minio/i, 'minio'],
  [/ceph/i, 'ceph'],
  [/garage/i, 'garage'],
  [/amazons3/i, 'aws'],
];

/** @returns whether a store answers there, so that it is worth asking it for more. */
export async function checkAddress(bucket: Bucket, note: Note): Promise<boolean> {
  const { origin, path } = bucketOf(
    parseEndpoint(bucket.endpoint, bucket.name, bucket.config.style),
  );
  const answer = await request(`${origin}${path}`);
  if (answer === undefined) {
    if (await checkOtherStyle(bucket, note)) return false;
    const advice = 'check S3_ENDPOINT, and that the store runs and can be reached from here';
    note(fail('address', `nothing answers at ${origin}`, advice));
    return false;
  }
  const { status, headers, text } = answer;
  if (/<html|<!doctype html/i.test(text) && !headers.has('x-amz-request-id')) {
    const detail = `a web page answers at ${origin} (${status}), and not a store`;
    note(
      fail(
        'address',
        detail,
        'check S3_ENDPOINT: it may be that of a console, a portal or a proxy',
      ),
    );
    return false;
  }
  note(pass('address', `a store answers at ${origin}`));
  noteServer(bucket, headers, note);
  noteClock(headers, note);
  if (status === 200 && text.includes('<ListBucketResult')) {
    const detail = 'anybody can list the objects of the bucket, and read their keys';
    note(
      fail(
        'public access',
        detail,
        'remove public list access from the policy or the ACL of the bucket',
      ),
    );
  }
  return isInRegion(bucket, headers, note);
}

function noteServer({ store: { profile } }: Bucket, headers: Headers, note: Note): void {
  const server = headers.get('server') ?? '';
  const [, meant] = SERVERS.find(([pattern]) => pattern.test(server)) ?? [];
  if (meant === undefined) return;
  if (meant === profile.name) note(pass('profile', `the store says that it is ${server}`));
  else {
    const detail = `S3_PROFILE is ${profile.name}, and the store says that it is ${server}`;
    note(warn('profile', detail, `set S3_PROFILE=${meant}: it allows what that store can do`));
  }
}

/** Amazon names the region of a bucket to everybody, whatever it answers otherwise. */
function isInRegion({ config }: Bucket, headers: Headers, note: Note): boolean {
  const region = headers.get('x-amz-bucket-region');
  if (region === null || region === config.region) return true;
  const detail = `the bucket is in ${region}, and S3_REGION is ${config.region}`;
  note(fail('region', detail, `set S3_REGION=${region}`));
  return false;
}

function noteClock(headers: Headers, note: Note): void {
  const date = Date.parse(headers.get('date') ?? '');
  if (Number.isNaN(date)) return;
  const seconds = Math.round(Math.abs(Date.now() - date) / 1000);
  const detail = `the store's clock and the one here are ${seconds} s apart`;
  const advice = 'set the clock of the store, or of this machine, by NTP';
  if (seconds >= MAX_SKEW_SECONDS) note(fail('clock', detail, advice));
  else if (seconds >= SKEW_TO_MENTION_SECONDS) note(warn('clock', detail, advice));
  else note(pass('clock', detail));
}
