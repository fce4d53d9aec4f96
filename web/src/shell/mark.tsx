/** The storehouse on its stilts, grain in the doorway. */
export function Mark({ size = 26 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden="true">
      <rect width="32" height="32" rx="8" fill="var(--mantine-primary-color-filled)" />
      <g fill="none" stroke="#fff" strokeWidth="2.4" strokeLinecap="round" strokeLinejoin="round">
        <path d="M7 14.5 16 8l9 6.5V25H7z" />
        <path d="M12 25v-6h8v6" />
        <path d="M12 22h8" stroke="var(--mantine-color-grain-3)" />
      </g>
    </svg>
  );
}
