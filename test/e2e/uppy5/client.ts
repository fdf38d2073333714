/** Uppy 5 for the benchmark, which runs it beside Uppy 6. */
export { default as AwsS3 } from '@uppy/aws-s3';
export { default as Uppy } from '@uppy/core';
