import type { Context } from '../platform/context.ts';
import type { App } from '../platform/http/index.ts';
import { pushRecords } from './push-records.ts';
import { receiveUpload } from './receive-upload.ts';
import { reviewRoutes } from './review-routes.ts';
import { addUploadRoute, streamBodies } from './upload-scope.ts';

/** Ways in under `/api/v1`, and what can be done with an upload afterwards. */
export async function ingestRoutes(app: App, context: Context): Promise<void> {
  await app.register(async (scope) => {
    streamBodies(scope as App);
    addUploadRoute(
      scope as App,
      context,
      {
        method: ['POST', 'PUT'],
        url: '/api/v1/upload',
        about: 'Upload a file: raw bytes, or a form with the part file',
      },
      (arrival) => receiveUpload(context, arrival),
    );
    addUploadRoute(
      scope as App,
      context,
      { method: ['POST', 'PUT'], url: '/api/v1/upload/records', about: 'Send records as JSON or NDJSON' },
      async (arrival) => [await pushRecords(context, arrival)],
    );
  });
  reviewRoutes(app, context);
}
