import type { Blobs } from './blobs.ts';
import { openLocalBlobs } from './local-blobs.ts';

export interface BlobsOptions {
  /** `file:/folder` or `s3://bucket/prefix`. */
  url: string;
  s3?: {
    /** Unset: AWS. */
    endpoint?: string | undefined;
    region?: string | undefined;
    /** Unset: the usual AWS sources (environment, files, role of the machine). */
    accessKey?: string | undefined;
    secretKey?: string | undefined;
  };
}

export async function openBlobs({ url, s3 = {} }: BlobsOptions): Promise<Blobs> {
  const file = /^file:(\/\/(?=\/))?(.+)$/.exec(url);
  if (file !== null) return openLocalBlobs(file[2] as string);
  const bucket = /^s3:\/\/([^/]+)\/?(.*?)\/?$/.exec(url);
  if (bucket === null) throw new Error(`${url} is neither file:<folder> nor s3://<bucket>/<prefix>`);
  const { accessKey, secretKey } = s3;
  const credentials =
    accessKey === undefined || secretKey === undefined
      ? undefined
      : { accessKeyId: accessKey, secretAccessKey: secretKey };
  const { openS3Blobs } = await import('./s3-blobs.ts');
  return openS3Blobs({
    bucket: bucket[1] as string,
    prefix: bucket[2] as string,
    endpoint: s3.endpoint,
    region: s3.region,
    credentials,
  });
}
