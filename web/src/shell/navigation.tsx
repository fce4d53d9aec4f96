import {
  ActionIcon,
  Avatar,
  Group,
  Menu,
  ScrollArea,
  Stack,
  Text,
  Tooltip,
  UnstyledButton,
  useMantineColorScheme,
  VisuallyHidden,
} from '@mantine/core';
import {
  IconBook2,
  IconCalendarEvent,
  IconChartBar,
  IconChartDots,
  IconDatabase,
  IconDeviceDesktop,
  IconFileSpreadsheet,
  IconFolder,
  IconFolders,
  IconLogout,
  IconMapPin,
  IconMoon,
  IconPlayerPlay,
  IconRoute,
  IconSun,
  IconTable,
  IconUserCircle,
} from '@tabler/icons-react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { projectsQuery } from '../api/projects.ts';
import { sessionQuery, signOut } from '../api/session.ts';
import { toastProblem } from '../ui/toast.tsx';
import { Mark } from './mark.tsx';

const monitoring = [
  { to: '/dashboards', label: 'Dashboards', icon: IconChartBar },
  { to: '/entry', label: 'Data entry', icon: IconTable },
  { to: '/documents', label: 'Documents', icon: IconFileSpreadsheet },
  { to: '/campaigns', label: 'Campaigns', icon: IconCalendarEvent },
  { to: '/indicators', label: 'Indicators', icon: IconChartDots },
  { to: '/places', label: 'Places', icon: IconMapPin },
];

export function Navigation() {
  return (
    <Stack h="100%" gap={0} fz="sm">
      <Group px="md" h={56} gap={10} visibleFrom="sm" wrap="nowrap">
        <Mark />
        <Text fw={680} fz="lg" style={{ letterSpacing: '-0.01em' }}>
          Granary
        </Text>
      </Group>
      <Stack gap={2} px={10} pt={6} className="nav">
        <NavItem to="/" exact icon={<IconFolders size={18} stroke={1.7} aria-hidden />} label="Projects" />
        <NavItem to="/run" icon={<IconPlayerPlay size={18} stroke={1.7} aria-hidden />} label="Runs" />
        <NavItem to="/flow" icon={<IconRoute size={18} stroke={1.7} aria-hidden />} label="Flows" />
      </Stack>
      <Stack gap={2} px={10} pt="md" className="nav" component="nav" aria-label="Monitoring">
        <Text fz={11} fw={600} c="dimmed" px={10} pb={2} tt="uppercase" lts="0.04em">
          Monitoring
        </Text>
        {monitoring.map(({ to, label, icon: Sign }) => (
          <NavItem key={to} to={to} icon={<Sign size={18} stroke={1.7} aria-hidden />} label={label} />
        ))}
      </Stack>
      <ScrollArea flex={1} mt="md" px={10} type="hover">
        <ProjectLinks />
      </ScrollArea>
      <Stack gap={2} px={10} pb={6} className="nav">
        <NavItem to="/records" icon={<IconDatabase size={18} stroke={1.7} aria-hidden />} label="Records" />
        <a href="/docs" target="_blank" rel="noreferrer">
          <IconBook2 size={18} stroke={1.7} aria-hidden />
          <span>API reference</span>
        </a>
      </Stack>
      <Person />
    </Stack>
  );
}

function NavItem({ to, exact = false, icon, label }: { to: string; exact?: boolean; icon: ReactNode; label: string }) {
  return (
    <Link to={to} activeOptions={{ exact, includeSearch: false }}>
      {icon}
      <span>{label}</span>
    </Link>
  );
}

function ProjectLinks() {
  const projects = useQuery(projectsQuery).data?.objects ?? [];
  if (projects.length === 0) return null;
  return (
    <Stack gap={2} className="nav" component="nav" aria-label="Projects">
      <Text fz={11} fw={600} c="dimmed" px={10} pb={2} tt="uppercase" lts="0.04em">
        Projects
      </Text>
      {projects.slice(0, 30).map((project) => (
        <NavItem
          key={project.id}
          to={`/project/${project.slug}`}
          icon={<IconFolder size={17} stroke={1.7} aria-hidden style={{ flexShrink: 0 }} />}
          label={project.title}
        />
      ))}
    </Stack>
  );
}

function Person() {
  const user = useQuery(sessionQuery).data?.user;
  const queries = useQueryClient();
  const navigate = useNavigate();
  const leave = async () => {
    queries.setQueryData(sessionQuery.queryKey, await signOut());
    queries.removeQueries({ predicate: (query) => query.queryKey[0] !== sessionQuery.queryKey[0] });
    await navigate({ to: '/sign-in' });
  };
  const name = user?.name || user?.email || '';
  return (
    <Group gap={4} px={10} py={8} wrap="nowrap" style={{ borderTop: '1px solid var(--line)' }}>
      <Menu position="top-start" width={200} shadow="md">
        <Menu.Target>
          <UnstyledButton flex={1} miw={0} p={6} style={{ borderRadius: 6 }}>
            <Group gap={8} wrap="nowrap">
              <Avatar size={28} radius="xl" name={name} color="leaf" alt="" aria-hidden />
              <VisuallyHidden>Account menu of</VisuallyHidden>
              <Text fz="sm" fw={500} truncate>
                {name}
              </Text>
            </Group>
          </UnstyledButton>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item
            leftSection={<IconUserCircle size={16} aria-hidden />}
            onClick={() => void navigate({ to: '/account' })}
          >
            Account and tokens
          </Menu.Item>
          <Menu.Item
            leftSection={<IconLogout size={16} aria-hidden />}
            onClick={() => void leave().catch(toastProblem)}
          >
            Sign out
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <SchemeButton />
    </Group>
  );
}

const nextScheme = { auto: 'light', light: 'dark', dark: 'auto' } as const;
const schemeIcon = { auto: IconDeviceDesktop, light: IconSun, dark: IconMoon };
const schemeName = { auto: 'as the system', light: 'light', dark: 'dark' };

function SchemeButton() {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const Sign = schemeIcon[colorScheme];
  const label = `Colours: ${schemeName[colorScheme]}. Change to ${schemeName[nextScheme[colorScheme]]}`;
  return (
    <Tooltip label={`Colours: ${schemeName[colorScheme]}`}>
      <ActionIcon onClick={() => setColorScheme(nextScheme[colorScheme])} aria-label={label} size="lg">
        <Sign size={18} stroke={1.7} aria-hidden />
      </ActionIcon>
    </Tooltip>
  );
}
