/** What runs in the page under a strict policy: rows with a bar and with a picture. */
import { S3UploadElement } from '../../../widget/index.ts';
import { FakeUploader } from './fake-uploader.ts';

S3UploadElement.define();
const element = document.querySelector('s3-upload');
const engine = new FakeUploader();
if (element) element.uploader = engine;
const canvas = new OffscreenCanvas(300, 200);
canvas.getContext('2d')?.fillRect(0, 0, 300, 200);
const blob = await canvas.convertToBlob();
const file = new File([blob], 'a.png', { type: blob.type });
engine.show({ id: 'a', name: 'a.png', status: 'uploading', loaded: 500_000, file });
