-- 0001_begin, the way back.

DROP TABLE "post_tags";

DROP TABLE "comments";

DROP TABLE "posts";

DROP TABLE "memberships";

DROP TABLE "users";

DROP TABLE "tags";

DROP TABLE "blog_categories";
