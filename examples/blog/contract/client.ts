// npx openapi-typescript http://127.0.0.1:8080/openapi.json --default-non-nullable=false -o blog.ts
import createClient from "openapi-fetch";
import type { components, paths } from "./blog";

type Post = components["schemas"]["Post"];
const api = createClient<paths>({ baseUrl: process.env.BASE! });
function ok<T>(r: { data?: T; error?: unknown; response: Response }): T {
  if (r.data === undefined) throw new Error(`${r.response.status} ${JSON.stringify(r.error)}`);
  return r.data;
}
async function main() {
  const tag = Math.random().toString(36).slice(2, 10);
  const user = ok(await api.POST("/api/v1/users", { body: { email: `${tag}@example.org`, name: "Ann" } })).data;
  const post: Post = ok(await api.POST("/api/v1/posts", { body: { title: "Hello", slug: `hello-${tag}`, body: "text", author_id: user.id } })).data;
  const page = ok(await api.GET("/api/v1/posts", { params: { query: { "filter[slug]": `hello-${tag}`, sort: ["-published_at"], "page[size]": 5, include: ["author"] } } }));
  if (page.data.length !== 1 || page.data[0].author?.name !== "Ann") throw new Error(JSON.stringify(page));
  const changed = ok(await api.PATCH("/api/v1/posts/{id}", { params: { path: { id: post.id }, header: { "If-Match": `"${post.version}"` } }, body: { title: "Hello again" } })).data;
  if (changed.title !== "Hello again" || changed.version !== post.version + 1) throw new Error(JSON.stringify(changed));
  const stale = await api.PATCH("/api/v1/posts/{id}", { params: { path: { id: post.id }, header: { "If-Match": `"${post.version}"` } }, body: { title: "Late" } });
  if (stale.response.status !== 412 || stale.error === undefined || !("error" in stale.error) || stale.error.error.code !== "conflict.version") throw new Error(JSON.stringify(stale.error));
  const found = ok(await api.POST("/api/v1/posts/query", { body: { filter: { field: "slug", op: "starts_with", value: `hello-${tag}` } } }));
  if (found.data.length !== 1) throw new Error(JSON.stringify(found));
  const gone = await api.DELETE("/api/v1/posts/{id}", { params: { path: { id: post.id }, header: { "If-Match": "*" } } });
  if (gone.response.status !== 204) throw new Error(String(gone.response.status));
  const restored = ok(await api.POST("/api/v1/posts/{id}/restore", { params: { path: { id: post.id } } })).data;
  console.log("round trip done", restored.id, restored.version);
}
main().catch((e) => { console.error(e); process.exit(1); });
