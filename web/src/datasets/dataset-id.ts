import { useParams } from '@tanstack/react-router';

export const useDatasetId = (): string => useParams({ strict: false }).dataset as string;
