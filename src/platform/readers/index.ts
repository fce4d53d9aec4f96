export { openReaders, type Query, type Readers, type ReadersOptions, type Text } from './open-readers.ts';
