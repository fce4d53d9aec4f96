import { Link } from '@tanstack/react-router';

export interface Tab {
  to: string;
  label: string;
  exact?: boolean;
  /** Kept while moving between the tabs. */
  search?: Record<string, string>;
}

/** Tabs that are addresses: they can be opened in a window of their own, and the back button knows them. */
export function Tabs({ tabs, label }: { tabs: Tab[]; label: string }) {
  return (
    <nav className="tabs" aria-label={label} style={{ marginBottom: 16 }}>
      {tabs.map(({ to, label: text, exact = false, search }) => (
        <Link
          key={to}
          to={to as never}
          activeOptions={{ exact, includeSearch: false }}
          {...(search === undefined ? {} : { search: search as never })}
        >
          {text}
        </Link>
      ))}
    </nav>
  );
}
