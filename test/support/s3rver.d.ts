declare module 's3rver' {
  import type { RequestListener } from 'node:http';

  const S3rver: new (options: {
    directory: string;
    silent: boolean;
    configureBuckets: { name: string; configs: string[] }[];
    allowMismatchedSignatures?: boolean;
  }) => { callback(): RequestListener; configureBuckets(): Promise<void> };

  // biome-ignore lint/style/noDefaultExport: that is how the package exports it
  export { S3rver as default };
}
