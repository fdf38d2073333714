import { HashPool } from '../../../../widget/core/checksum/index.ts';

describe('HashPool', () => {
  it('gives the check values of all algorithms', async () => {
    const pool = new HashPool();
    const blob = new Blob(['123456789']);
    const values = await Promise.all(
      (['crc64nvme', 'crc32c', 'md5', 'sha256'] as const).map((algorithm) =>
        pool.hash(blob, algorithm),
      ),
    );
    pool.close();
    if (
      values.join() !==
      'rosUhgp5mIg=,4waSgw==,JfnnlDI7RTiF9RgfG2JNCw==,FeKw08M4keuw8e9gnsQZQgwg4yDOlMZfvIwzEkSOsiU='
    )
      throw new Error(values.join());
  });
});
