import fastify from 'fastify';
import pg from 'pg';

/**
 * The peer of `read`: Fastify and pg, and nothing else. No token, no permission, no choice of fields; the whole row as
 * an object. `node bare-server.ts DATABASE_URL`, prints its address.
 */
const pool = new pg.Pool({ connectionString: process.argv[2], max: 20 });
const app = fastify();

app.get<{ Params: { id: string } }>('/run/:id', async (request) => {
  const { rows } = await pool.query('select * from run where id = $1', [request.params.id]);
  return rows[0];
});
app.get('/run', async () => {
  const { rows } = await pool.query('select * from run order by queued_at desc, id limit 100');
  return { objects: rows };
});

process.stdout.write(await app.listen({ host: '127.0.0.1', port: 0 }));
