import { createContext } from 'react';

/** Whether the reader of a sheet may enter anything in it; where not, it is for reading. */
export const MayEnter = createContext(true);
