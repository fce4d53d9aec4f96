import type { Findability } from '../api/flows.ts';

export const findabilityWords: Record<Findability, string> = {
  published: 'Public',
  unlisted: 'Public by link',
  private: 'Private',
};
