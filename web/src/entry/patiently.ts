import { Problem } from '../api/problem.ts';

const mostTries = 10;

/** Does it again while the server takes no more for now, each time after as long as it says. */
export async function patiently<T>(work: () => Promise<T>, waits: (isWaiting: boolean) => void): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      const seconds = error instanceof Problem && error.status === 429 ? error.retryAfter : undefined;
      if (seconds === undefined || attempt === mostTries) throw error;
      waits(true);
      await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
      waits(false);
    }
  }
}
