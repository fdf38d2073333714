/** A page with Uppy 5, set up as its documentation says. */
import AwsS3 from '@uppy/aws-s3';
import Uppy from '@uppy/core';
import GoldenRetriever from '@uppy/golden-retriever';
import { drive, optionsOfPage } from '../uppy-driver.ts';

const { endpoint, multipart } = optionsOfPage();
const uppy = new Uppy({ id: 'uppy' });
drive(uppy, () => uppy.emit('restore-confirmed'));
// Its types know nothing of it, its documentation does.
const keepsUpTo64MiB: object = { maxFileSize: 2 ** 26 };
// All parts at once would also end at once, and leave no middle in which to cancel or reload.
const limit = 2;
uppy
  .use(AwsS3, { endpoint, limit, shouldUseMultipart: () => multipart })
  .use(GoldenRetriever, { indexedDB: keepsUpTo64MiB });
