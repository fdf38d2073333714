/**
 * What the benchmark uses of clients that are installed by hand: the types of the tests are checked
 * without them.
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

declare module '@better-upload/client' {
  export function uploadFiles(params: {
    api: string;
    route: string;
    files: File[];
  }): Promise<{ readonly failedFiles: readonly unknown[] }>;
}

declare module 'evaporate' {
  interface Options {
    signerUrl: string;
    aws_key: string;
    bucket: string;
    aws_url: string;
    logging: boolean;
    computeContentMd5: boolean;
    cryptoMd5Method: (bytes: ArrayBuffer) => string;
    cryptoHexEncodedHash256: (text: string) => string;
  }
  // oxlint-disable-next-line import/no-default-export -- the package has no other
  export default class Evaporate {
    static create(options: Options): Promise<Evaporate>;
    add(config: { name: string; file: File }): Promise<unknown>;
  }
}

declare module 'filepond' {
  interface Pond {
    readonly element: Element;
    addFiles(files: File[]): Promise<unknown>;
    processFiles(): Promise<unknown>;
    getFiles(): { readonly status: number }[];
  }
  export function create(options: object): Pond;
  export const FileStatus: { readonly PROCESSING_COMPLETE: number };
}

declare module '@smithy/signature-v4' {
  interface Request {
    method: string;
    protocol: string;
    hostname: string;
    path: string;
    query: Record<string, string>;
    headers: Record<string, string>;
  }
  export class SignatureV4 {
    constructor(options: object);
    presign(
      request: Request,
      options: { expiresIn: number; unhoistableHeaders: Set<string> },
    ): Promise<Request>;
  }
}
