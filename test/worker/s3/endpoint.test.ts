import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { EndpointError, parseEndpoint, targetOf } from '../../../worker/s3/endpoint.ts';

const urlOf = (setting: string, style: 'path' | 'virtual'): string => {
  const { origin, path } = targetOf(parseEndpoint(setting, 'bucket', style), 'a/b c');
  return origin + path;
};

describe('an endpoint', () => {
  it('puts the bucket into the path or into the host', () => {
    assert.equal(urlOf('https://s3.test', 'path'), 'https://s3.test/bucket/a/b%20c');
    assert.equal(urlOf('https://s3.test/', 'virtual'), 'https://bucket.s3.test/a/b%20c');
  });

  it('may mark the place of the bucket', () => {
    const dualstack = 'https://{bucket}.s3.dualstack.eu-west-1.amazonaws.com';
    assert.equal(
      urlOf(dualstack, 'path'),
      'https://bucket.s3.dualstack.eu-west-1.amazonaws.com/a/b%20c',
    );
    assert.equal(urlOf('https://s3.test/{bucket}', 'virtual'), 'https://s3.test/bucket/a/b%20c');
  });

  it('may have a path in front, as the local R2 has', () => {
    assert.equal(
      urlOf('http://localhost:8787/cdn-cgi/local/r2/s3', 'path'),
      'http://localhost:8787/cdn-cgi/local/r2/s3/bucket/a/b%20c',
    );
  });

  it('has a host as browsers send it: lower-case, with no default port', () => {
    assert.equal(parseEndpoint('https://S3.Test:443', 'b', 'path').host, 's3.test');
    assert.equal(parseEndpoint('http://s3.test:9000', 'b', 'path').host, 's3.test:9000');
  });

  for (const setting of [
    '',
    's3.test',
    'ftp://s3.test',
    'https://u:p@s3.test',
    'https://s3.test?x=1',
  ]) {
    it(`is refused as ${JSON.stringify(setting)}`, () => {
      assert.throws(() => parseEndpoint(setting, 'bucket', 'path'), EndpointError);
    });
  }

  for (const bucket of ['', '..', 'a/b', 'a b', 'a?b', 'a%2fb']) {
    it(`is refused for a bucket named ${JSON.stringify(bucket)}`, () => {
      assert.throws(() => parseEndpoint('https://s3.test', bucket, 'path'), EndpointError);
      assert.throws(() => parseEndpoint('https://s3.test', bucket, 'virtual'), EndpointError);
    });
  }

  it('is refused where the bucket has a dot that no certificate covers', () => {
    assert.throws(() => parseEndpoint('https://s3.test', 'a.b', 'virtual'), EndpointError);
    assert.equal(parseEndpoint('http://localhost:1', 'a.b', 'virtual').host, 'a.b.localhost:1');
    assert.equal(parseEndpoint('https://s3.test', 'a.b', 'path').basePath, '/a.b');
  });

  it('is refused where the bucket would be a subdomain of an IP address', () => {
    assert.throws(() => parseEndpoint('http://127.0.0.1:9000', 'bucket', 'virtual'), EndpointError);
    assert.throws(() => parseEndpoint('http://[::1]:9000', 'bucket', 'virtual'), EndpointError);
  });
});
