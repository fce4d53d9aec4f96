import { AppShell, Burger, Group, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { Outlet, useRouter, useRouterState } from '@tanstack/react-router';
import { useEffect } from 'react';
import { sessionQuery } from '../api/session.ts';
import { Mark } from './mark.tsx';
import { Navigation } from './navigation.tsx';

/** The frame of every page: navigation at the side, behind a button on narrow screens. */
export function Shell() {
  const [open, { toggle, close }] = useDisclosure();
  const address = useRouterState({ select: (state) => state.location.pathname });
  // biome-ignore lint/correctness/useExhaustiveDependencies: arriving somewhere closes the navigation.
  useEffect(close, [address]);
  useLeaveWhenSignedOut();
  return (
    <AppShell
      header={{ height: { base: 48, sm: 0 } }}
      navbar={{ width: 228, breakpoint: 'sm', collapsed: { mobile: !open } }}
      padding={0}
      transitionDuration={120}
    >
      <a href="#main" className="skip-link">
        Skip to the content
      </a>
      <AppShell.Header hiddenFrom="sm" bg="var(--panel)">
        <Group h="100%" px="sm" gap="sm">
          <Burger opened={open} onClick={toggle} size="sm" aria-label={open ? 'Close navigation' : 'Open navigation'} />
          <Mark size={24} />
          <Text fw={650}>Granary</Text>
        </Group>
      </AppShell.Header>
      <AppShell.Navbar bg="var(--panel)" withBorder aria-label="Main">
        <Navigation />
      </AppShell.Navbar>
      <AppShell.Main id="main" tabIndex={-1} style={{ outline: 'none' }}>
        <Outlet />
      </AppShell.Main>
    </AppShell>
  );
}

/** Once, with the page one is on: while the sign-in is on its way the address is that of the sign-in already. */
function useLeaveWhenSignedOut(): void {
  const isSignedOut = useQuery(sessionQuery).data?.authenticated === false;
  const router = useRouter();
  useEffect(() => {
    const { href, pathname } = router.latestLocation;
    if (isSignedOut && pathname !== '/sign-in')
      void router.navigate({ to: '/sign-in', search: { next: href } as never });
  }, [isSignedOut, router]);
}
