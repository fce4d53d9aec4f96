import { Button, Select, Table, Text } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { type Member, membersQuery, removeMember, roles, setMember } from '../api/members.ts';
import { type Project, type ProjectRole, projectQuery } from '../api/projects.ts';
import { useMutation } from '../api/use-mutation.ts';
import { dateTime } from '../ui/format.ts';
import { Loaded } from '../ui/loaded.tsx';
import { toastDone, toastProblem } from '../ui/toast.tsx';
import { AddMember } from './add-member.tsx';
import { useProjectId } from './project-frame.tsx';

export function ProjectMembers() {
  const project = useQuery(projectQuery(useProjectId()));
  return <Loaded query={project}>{(found) => <Members project={found} />}</Loaded>;
}

function Members({ project }: { project: Project }) {
  const members = useQuery(membersQuery(project.id));
  return (
    <>
      <AddMember projectId={project.id} />
      <Loaded query={members}>{({ objects }) => <MemberTable project={project} members={current(objects)} />}</Loaded>
    </>
  );
}

function MemberTable({ project, members }: { project: Project; members: Member[] }) {
  return (
    <div className="panel scroll-x">
      <Table miw={520}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Person</Table.Th>
            <Table.Th>Role</Table.Th>
            <Table.Th>Since</Table.Th>
            <Table.Th aria-label="Actions" />
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {members.map((member) => (
            <MemberRow key={member.id} project={project} member={member} />
          ))}
        </Table.Tbody>
      </Table>
    </div>
  );
}

function MemberRow({ project, member }: { project: Project; member: Member }) {
  const queries = useQueryClient();
  const name = member.user_name ?? (member.group_id === null ? 'somebody' : `group ${member.group_id}`);
  const refresh = () => queries.invalidateQueries({ queryKey: membersQuery(project.id).queryKey });
  const userId = member.user_id;
  const change = useMutation({
    mutationFn: (role: ProjectRole) => setMember(project.id, userId ?? '', role),
    onError: toastProblem,
    onSuccess: async (_, role) => {
      await refresh();
      toastDone(`${name} is ${role} now.`, async () => {
        await setMember(project.id, userId ?? '', member.role);
        await refresh();
      });
    },
  });
  const remove = useMutation({
    mutationFn: () => removeMember(project.id, userId ?? ''),
    onError: toastProblem,
    onSuccess: async () => {
      await refresh();
      toastDone(`${name} is no longer a member.`, async () => {
        await setMember(project.id, userId ?? '', member.role);
        await refresh();
      });
    },
  });
  return (
    <Table.Tr>
      <Table.Td>
        <Text fz="sm" fw={540}>
          {name}
        </Text>
      </Table.Td>
      <Table.Td>
        <Select
          size="xs"
          w={140}
          aria-label={`Role of ${name}`}
          data={roles.map(({ role }) => role)}
          value={member.role}
          allowDeselect={false}
          disabled={userId === null || change.isPending}
          onChange={(role) => role !== null && role !== member.role && change.mutate(role as ProjectRole)}
        />
      </Table.Td>
      <Table.Td>{dateTime(member.since)}</Table.Td>
      <Table.Td ta="end">
        {userId !== null && (
          <Button
            size="compact-sm"
            variant="subtle"
            color="red"
            loading={remove.isPending}
            onClick={() => remove.mutate()}
          >
            Remove<span className="visually-hidden">{` ${name}`}</span>
          </Button>
        )}
      </Table.Td>
    </Table.Tr>
  );
}

/** The list is the history; what has ended is not shown. */
const current = (members: Member[], now = Date.now()): Member[] =>
  members.filter(({ until }) => until === null || new Date(until).getTime() > now);
