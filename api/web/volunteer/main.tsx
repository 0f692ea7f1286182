import { startPage } from "../shared/page";
import { followManifest, keepForOffline } from "./offline";
import { Page } from "./page";
import { LOADERS } from "./text";

void startPage(LOADERS, Page).then(keepForOffline);
followManifest();
