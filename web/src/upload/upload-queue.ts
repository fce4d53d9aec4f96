import { useSyncExternalStore } from 'react';
import { type Sending, sendFile, type Upload } from '../api/uploads.ts';

export type ItemState = 'waiting' | 'sending' | 'checking' | 'done' | 'stopped' | 'refused';

export interface QueueItem {
  id: number;
  file: File;
  projectId: string;
  dataset: string;
  mode: 'append' | 'upsert' | 'replace';
  state: ItemState;
  sentBytes: number;
  startedAt: number;
  upload?: Upload;
  error?: unknown;
}

/** So many at a time: more would share the same line and all look slow. */
const atOnce = 2;

/**
 * Files on their way, outside of any page: they go on while one looks at something else in the app. Leaving the app is
 * warned about.
 */
class UploadQueue {
  private items: QueueItem[] = [];
  private sendings = new Map<number, Sending>();
  private listeners = new Set<() => void>();
  private lastId = 0;

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };
  read = (): QueueItem[] => this.items;

  add(entries: Pick<QueueItem, 'file' | 'projectId' | 'dataset' | 'mode'>[]): void {
    const fresh = entries.map((entry): QueueItem => {
      this.lastId += 1;
      return { ...entry, id: this.lastId, state: 'waiting', sentBytes: 0, startedAt: 0 };
    });
    this.change([...this.items, ...fresh]);
    this.startNext();
  }

  stop(id: number): void {
    const sending = this.sendings.get(id);
    if (sending === undefined) this.update(id, { state: 'stopped' });
    else sending.abort();
  }

  remove(id: number): void {
    this.change(this.items.filter((item) => item.id !== id));
  }

  update(id: number, change: Partial<QueueItem>): void {
    this.change(this.items.map((item) => (item.id === id ? { ...item, ...change } : item)));
  }

  private startNext(): void {
    const busy = this.items.filter(({ state }) => state === 'sending').length;
    for (const item of this.items.filter(({ state }) => state === 'waiting').slice(0, Math.max(0, atOnce - busy))) {
      void this.send(item);
    }
  }

  private async send({ id, file, projectId, dataset, mode }: QueueItem): Promise<void> {
    this.update(id, { state: 'sending', startedAt: Date.now() });
    const query = { project_id: projectId, dataset: dataset || undefined, mode, confirm: 'true' };
    const sending = sendFile(file, query, (sentBytes) => this.update(id, { sentBytes }));
    this.sendings.set(id, sending);
    try {
      const upload = await sending.answer;
      this.update(id, { state: 'checking', upload, sentBytes: file.size });
    } catch (error) {
      const stopped = error instanceof DOMException && error.name === 'AbortError';
      this.update(id, stopped ? { state: 'stopped' } : { state: 'refused', error });
    } finally {
      this.sendings.delete(id);
      this.startNext();
    }
  }

  private change(items: QueueItem[]): void {
    this.items = items;
    const sending = items.some(({ state }) => state === 'sending' || state === 'waiting');
    window.onbeforeunload = sending ? (event) => event.preventDefault() : null;
    for (const listener of this.listeners) listener();
  }
}

export const uploadQueue = new UploadQueue();

export function useUploadQueue(projectId: string): QueueItem[] {
  const items = useSyncExternalStore(uploadQueue.subscribe, uploadQueue.read);
  return items.filter((item) => item.projectId === projectId);
}
