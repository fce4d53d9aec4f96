import path from 'node:path';
import { type Blobs, openBlobs } from './blobs/index.ts';
import type { Config } from './config/index.ts';

/** The blobs the settings name. */
export function openConfiguredBlobs(config: Config): Promise<Blobs> {
  return openBlobs({
    url: config.blobs === 'file:' ? `file:${path.join(config.dataDir, 'blobs')}` : config.blobs,
    s3: {
      endpoint: config.s3Endpoint,
      region: config.s3Region,
      accessKey: config.s3AccessKey,
      secretKey: config.s3SecretKey,
    },
  });
}
