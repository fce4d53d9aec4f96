export type {
  Dataset,
  IssueCounts,
  IssueGroup,
  Mode,
  Revision,
  RowCounts,
  TableField,
  TableSchema,
} from './dataset.ts';
export { datasetsOfProject, findDataset, findDatasetByName, findRevision } from './store.ts';
