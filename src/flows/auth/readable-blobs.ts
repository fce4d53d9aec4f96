import type { FastifyRequest } from 'fastify';
import { accessOfUser } from '../../accounts/index.ts';
import { blobsReadableWith } from '../../datasets/index.ts';
import type { Context } from '../../platform/context.ts';
import { blobsOfOwner } from '../blob-store.ts';
import type { FlowCaller } from './flow-caller.ts';

/** Which of these blobs may be read by whoever may send specs for this owner? */
export type ReadableBlobs = (ownerId: string, sha256s: string[]) => Promise<ReadonlySet<string>>;

/**
 * Whoever knows a hash does not thereby own the bytes: they must be the file or table of an upload or revision the caller may
 * open, or belong to flows of the owner the caller acts for.
 */
export function readableBlobs(
  context: Context,
  request: FastifyRequest,
  caller: FlowCaller | undefined,
): ReadableBlobs {
  return async (ownerId, sha256s) => {
    const own = await blobsOfOwner(context.db, ownerId, sha256s);
    if (caller === undefined) return new Set(own);
    const { isOurs, personId } = caller;
    const access = isOurs ? request.access : personId === undefined ? undefined : await accessOfUser(context, personId);
    const opened = access === undefined ? [] : await blobsReadableWith(context.db, access, sha256s);
    return new Set([...own, ...opened]);
  };
}

/** For a spec that was accepted before and comes again by its schedule. */
export function ownBlobs(context: Context): ReadableBlobs {
  return async (ownerId, sha256s) => new Set(await blobsOfOwner(context.db, ownerId, sha256s));
}
