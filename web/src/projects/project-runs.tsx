import { useQuery } from '@tanstack/react-query';
import { projectQuery } from '../api/projects.ts';
import { RunList } from '../runs/run-list.tsx';
import { Loaded } from '../ui/loaded.tsx';
import { useProjectId } from './project-frame.tsx';

export function ProjectRuns() {
  const project = useQuery(projectQuery(useProjectId()));
  return <Loaded query={project}>{({ id }) => <RunList filter={{ project_id: id }} />}</Loaded>;
}
