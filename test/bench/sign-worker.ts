/**
 * Runs in workerd: `GET /ours?count=N`, `/aws4fetch?count=N` and `/sdk?count=N` sign N parts of one
 * upload and answer them as the Worker does; `/nothing?count=N` only makes an answer of that size.
 */
import { AwsClient } from 'aws4fetch';
import type { SignedRequest } from '../../worker/protocol.ts';
import { staticCredentials } from '../../worker/s3/signing/credentials.ts';
import { encodeKey } from '../../worker/s3/signing/encode.ts';
import { PROFILES } from '../../worker/s3/profiles.ts';
import { createStore } from '../../worker/s3/store.ts';
import { sdkSigner } from './peers/presign.ts';

const keys = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG' };
const region = 'eu-west-1';
const key = 'uploads/someone@example.com/0199f3a2-7c1e-7d55-9f4b-0123456789ab/holiday film.mp4';
// As long as Amazon's.
const uploadId = `${'exampleTkluyx'.repeat(9)}.._Aa-`;
const bytes = 8 * 1024 * 1024;
const checksum = 'AAAAAAAAAAA=';
const expiresIn = 900;

const store = createStore({
  endpoint: 'https://s3.eu-west-1.amazonaws.com',
  bucket: 'bucket',
  region,
  style: 'virtual',
  profile: PROFILES.aws,
  credentials: staticCredentials(keys),
});
const client = new AwsClient({ ...keys, region, service: 's3', retries: 0 });

async function ours(count: number): Promise<SignedRequest[]> {
  const signer = await store.presignParts({ key, uploadId, algorithm: 'crc64nvme', expiresIn });
  return Promise.all(numbers(count).map((number) => signer.sign(number, bytes, checksum)));
}

function theirs(count: number): Promise<SignedRequest[]> {
  const headers = { 'x-amz-checksum-crc64nvme': checksum };
  const base = `https://bucket.s3.eu-west-1.amazonaws.com/${encodeKey(key)}?uploadId=${uploadId}&X-Amz-Expires=${expiresIn}`;
  return Promise.all(
    numbers(count).map(async (number) => {
      const { url } = await client.sign(`${base}&partNumber=${number}`, {
        method: 'PUT',
        headers: { ...headers, 'content-length': String(bytes) },
        aws: { signQuery: true, allHeaders: true },
      });
      return { number, method: 'PUT' as const, url, headers };
    }),
  );
}

const signWithSdk = sdkSigner(keys, region, expiresIn);

function sdk(count: number): Promise<SignedRequest[]> {
  const checksums = { 'x-amz-checksum-crc64nvme': checksum };
  const base = `https://bucket.s3.eu-west-1.amazonaws.com/${encodeKey(key)}?uploadId=${uploadId}`;
  const headers = { ...checksums, 'content-length': String(bytes) };
  return Promise.all(
    numbers(count).map(async (number) => {
      const url = await signWithSdk(new URL(`${base}&partNumber=${number}`), headers);
      return { number, method: 'PUT' as const, url, headers: checksums };
    }),
  );
}

async function nothing(count: number): Promise<SignedRequest[]> {
  const [one] = await ours(1);
  return one === undefined ? [] : numbers(count).map((number) => ({ ...one, number }));
}

const numbers = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1);
const ways: Readonly<Record<string, (count: number) => Promise<SignedRequest[]>>> = {
  ours,
  aws4fetch: theirs,
  sdk,
  nothing,
};

const worker = {
  async fetch(request: Request): Promise<Response> {
    const { pathname, searchParams } = new URL(request.url);
    const way = ways[pathname.slice(1)];
    if (way === undefined) return new Response(null, { status: 404 });
    return Response.json({ requests: await way(Number(searchParams.get('count'))), expiresIn });
  },
};
// workerd looks for it.
// oxlint-disable-next-line import/no-default-export
export default worker;
