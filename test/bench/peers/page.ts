/** Gives the page the clients that are installed apart, each as its documentation sets it up. */
import { S3Client } from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { uploadFiles } from '@better-upload/client';
import Evaporate from 'evaporate';
import { create, FileStatus } from 'filepond';
import { createMd5, createSha256, type Algorithm } from '../../../worker/protocol.ts';
import { inParallel } from '../upload/in-parallel.ts';
import { bytesToHex } from '../../../worker/protocol/util/encoding.ts';

globalThis.peers = {
  /** It signs by itself, with keys on the page. */
  async libStorage(files, { lanes }) {
    await inParallel(files, (file) => putWithSdk(lanes[0] ?? '', file));
  },

  /** One PUT for each file, all at once. */
  async betterUpload(files, { endpoint }) {
    const api = `${endpoint}/better-upload`;
    const { failedFiles } = await uploadFiles({ api, route: 'bench', files: [...files] });
    if (failedFiles.length > 0) throw new Error(`not done: ${failedFiles.length} files`);
  },

  /** Every request is signed by the server, and the SHA-256 and MD5 of what is signed by the page. */
  async evaporate(files, { endpoint, lanes }) {
    const evaporate = await Evaporate.create({
      signerUrl: `${endpoint}/evaporate`,
      aws_key: 'AKIAIOSFODNN7EXAMPLE',
      bucket: 'bucket',
      aws_url: lanes[0] ?? '',
      logging: false,
      computeContentMd5: true,
      cryptoMd5Method: (bytes) => btoa(String.fromCharCode(...digest(createMd5(), bytes))),
      cryptoHexEncodedHash256: (text) => bytesToHex(digest(createSha256(), encode(text))),
    });
    await Promise.all(files.map((file) => evaporate.add({ name: crypto.randomUUID(), file })));
  },

  /** Chunks of 5 MB one after the other, two files at once; what is smaller goes in one request. */
  async filePond(files, { lanes }) {
    const pond = create({
      allowMultiple: true,
      instantUpload: false,
      chunkUploads: true,
      server: { url: `${lanes[0]}/filepond`, process: '/', patch: '/' },
    });
    document.body.append(pond.element);
    await pond.addFiles([...files]);
    await pond.processFiles();
    const undone = pond
      .getFiles()
      .filter(({ status }) => status !== FileStatus.PROCESSING_COMPLETE);
    if (undone.length > 0) throw new Error(`not done: ${undone.length} files`);
  },
};

async function putWithSdk(endpoint: string, file: File): Promise<void> {
  const client = new S3Client({
    region: 'eu-west-1',
    endpoint,
    forcePathStyle: true,
    credentials: { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'secret' },
  });
  const params = { Bucket: 'bucket', Key: crypto.randomUUID(), Body: file };
  await new Upload({ client, params }).done();
  client.destroy();
}

function encode(text: string): ArrayBuffer {
  return new TextEncoder().encode(text).buffer;
}

function digest(algorithm: Algorithm, buffer: ArrayBuffer): Uint8Array {
  const state = algorithm.start();
  const end = buffer.byteLength & ~63;
  algorithm.update(state, new DataView(buffer), 0, end);
  return algorithm.finish(state, new Uint8Array(buffer, end), buffer.byteLength);
}
