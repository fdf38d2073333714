/** A page with Uppy 6, set up as its documentation says. */
import AwsS3 from '@uppy/aws-s3';
import Uppy from '@uppy/core';
import GoldenRetriever from '@uppy/golden-retriever';
import { drive, optionsOfPage } from '../uppy-driver.ts';

const { endpoint, multipart } = optionsOfPage();
const uppy = new Uppy({ id: 'uppy' });
drive(uppy, () => uppy.emit('restore-confirmed'));
// Its types know nothing of it, its documentation does.
const keepsUpTo64MiB: object = { maxFileSize: 2 ** 26 };
uppy
  .use(AwsS3, { companionEndpoint: endpoint, shouldUseMultipart: multipart })
  .use(GoldenRetriever, { indexedDB: keepsUpTo64MiB });
