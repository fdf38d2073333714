/**
 * What the benchmark uses of the AWS SDK. The SDK is installed by hand, and the types of the tests are
 * checked without it.
 */
declare module '@aws-sdk/client-s3' {
  export class S3Client {
    constructor(options: object);
    destroy(): void;
  }
}

declare module '@aws-sdk/lib-storage' {
  import type { S3Client } from '@aws-sdk/client-s3';
  export class Upload {
    constructor(options: { client: S3Client; params: object });
    done(): Promise<unknown>;
  }
}
