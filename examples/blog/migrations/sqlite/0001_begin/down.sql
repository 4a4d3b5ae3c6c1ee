-- 0001_begin, the way back.

DROP TABLE "blog_categories";

DROP TABLE "comments";

DROP TABLE "memberships";

DROP TABLE "post_tags";

DROP TABLE "posts";

DROP TABLE "tags";

DROP TABLE "users";
