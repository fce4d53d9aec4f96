import { Anchor, Breadcrumbs, Group, Text, Title } from '@mantine/core';
import { useDocumentTitle } from '@mantine/hooks';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';

export interface Crumb {
  label: string;
  to: string;
}

interface PageProps {
  title: string;
  /** Under the title: one line of facts. */
  about?: ReactNode;
  crumbs?: Crumb[];
  actions?: ReactNode;
  /** The whole window, without a reading width: for tables that scroll by themselves. */
  wide?: boolean;
  children: ReactNode;
}

export function Page({ title, about, crumbs = [], actions, wide = false, children }: PageProps) {
  useDocumentTitle(`${title} · Granary`);
  return (
    <div className={wide ? 'page-wide' : 'page'}>
      {crumbs.length > 0 && (
        <Breadcrumbs component="nav" aria-label="Where you are" separatorMargin={6} mb={4} fz="sm">
          {crumbs.map((crumb) => (
            <Anchor key={crumb.to} renderRoot={(props) => <Link to={crumb.to} {...props} />} c="dimmed" fz="sm">
              {crumb.label}
            </Anchor>
          ))}
        </Breadcrumbs>
      )}
      <Group justify="space-between" align="flex-start" gap="sm" mb={wide ? 6 : 'md'}>
        <div style={{ minWidth: 0, overflowWrap: 'anywhere' }}>
          <Title order={1}>{title}</Title>
          {about !== undefined && (
            <Text component="div" c="dimmed" fz="sm" mt={2}>
              {about}
            </Text>
          )}
        </div>
        {actions !== undefined && <Group gap="xs">{actions}</Group>}
      </Group>
      {children}
    </div>
  );
}
