/** The stores of the compatibility table, and what their gaps mean where the Worker cannot close them. */
import process from 'node:process';
import type { ProfileName } from '../../worker/s3/profile.ts';

export interface TestedStore {
  readonly id: string;
  readonly name: string;
  readonly version: string;
  readonly profile: ProfileName;
  /** By row: what it means that the answer is no, if the Worker does nothing about it. */
  readonly gaps?: Readonly<Record<string, string>>;
}

export const STORES: readonly TestedStore[] = [
  { id: 'r2-local', name: 'R2 of wrangler dev', version: '4.164.0', profile: 'r2-local' },
  { id: 'minio', name: 'MinIO', version: 'of 2026-02-12', profile: 'minio' },
  { id: 'ceph-rgw', name: 'Ceph RGW', version: '16.2.15', profile: 'ceph' },
  {
    id: 'swift-s3',
    name: 'OpenStack Swift, s3api',
    version: '2.30.1',
    profile: 'swift',
    gaps: {
      'abort-against-complete':
        'the store can delete the segments of an object that it is just completing, and the object cannot be read: it happens only to an upload that is cancelled in the moment of its Complete',
      acl: 'the ACL opens the object to other accounts that sign their requests; without a signature nobody reads through S3',
    },
  },
  {
    id: 's3proxy',
    name: 'S3Proxy, file system',
    version: '4.1.0',
    profile: 'generic',
    gaps: {
      abort:
        'a URL that was signed before stores a part that no list shows, until `URL_TTL` is over',
    },
  },
  {
    id: 'versitygw',
    name: 'Versity S3 Gateway, POSIX',
    version: '1.8.0',
    profile: 'generic',
    gaps: {
      acl: 'the store takes the ACL and ignores it, so the object stays private: leave `ACL` unset',
      encryption: 'the store takes the header and ignores it: leave `SSE` unset',
    },
  },
  { id: 'garage', name: 'Garage', version: '2.5.0', profile: 'garage' },
  { id: 'seaweedfs', name: 'SeaweedFS', version: 'of 2026-11-09', profile: 'generic' },
  {
    id: 'moto',
    name: 'moto',
    version: '5.2.5',
    profile: 'generic',
    gaps: {
      'wrong-bytes':
        'moto checks no checksums: a test that uses it does not notice that a part was damaged',
      'wrong-length':
        'moto checks no signatures: a test that uses it does not notice that a limit is exceeded',
      expired: 'moto checks no signatures',
      'unsigned-copy':
        'moto reads every header, signed or not, and ignores the conditions that the Worker signs',
    },
  },
];

/** The store that the environment names (`TESTED_STORE`), or local R2. Undefined: one that the table does not have. */
export function testedStore(isLocal: boolean): TestedStore | undefined {
  const id = isLocal ? 'r2-local' : process.env['TESTED_STORE'];
  const store = STORES.find((one) => one.id === id);
  if (store === undefined && id !== undefined && id !== '') {
    throw new Error(`TESTED_STORE: test/stores/stores.ts has no store ${id}`);
  }
  return store;
}
