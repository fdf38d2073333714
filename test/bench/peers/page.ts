/** Gives the page `libStorage`, as the SDK's documentation sets it up. */
import { S3Client } from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';

globalThis.libStorage = async (endpoint, file) => {
  const client = new S3Client({
    region: 'eu-west-1',
    endpoint,
    forcePathStyle: true,
    credentials: { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'secret' },
  });
  const params = { Bucket: 'bucket', Key: crypto.randomUUID(), Body: file };
  await new Upload({ client, params }).done();
  client.destroy();
};
