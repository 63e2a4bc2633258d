"""Articles of hospitals in the markup of twelve more systems, each with the text that a person would read.

Written from how those systems' pages are made, without a look at how `crawler.pages` reads them.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from html import escape

from benchmarks.page_sets.article_pages import Article, ArticlePage

ARTICLES = (
    Article(
        "春季过敏性鼻炎，早看早轻松",
        (
            "春暖花开，不少人一出门就连打喷嚏、清水鼻涕不止，这多半是过敏性鼻炎在作怪。",
            "# 它和感冒有什么不同",
            "感冒一般一周左右会好，常伴咽痛、发热；过敏性鼻炎则是接触花粉、尘螨后反复发作，鼻痒明显，多不发热。",
            "# 门诊怎么做",
            "医生会先问清发作的时间和场合，再做过敏原检测。检测当天请勿服用抗过敏药，孕妇请提前告诉医生。",
            "治疗以避开过敏原和规范用药为主，鼻用激素要连用两周以上才看得出效果，不要自行停药。",
            "耳鼻喉科门诊在二号楼三层，周一至周六开诊。",
        ),
    ),
    Article("关于端午节放假期间门诊安排的通知", ("端午节当日停诊一天，次日起恢复正常。急诊照常。",)),
    Article(
        "皮肤科专家介绍",
        (
            "我院皮肤科现有医师七人，其中副主任医师以上三人。",
            "姓名 | 职称 | 专长 | 出诊",
            "林素华 | 主任医师 | 湿疹、银屑病 | 周一、周四上午",
            "郑海平 | 副主任医师 | 痤疮、脱发 | 周二全天",
            "吴桂兰 | 副主任医师 | 小儿皮肤病 | 周三、周五上午",
            "出诊时间如有变动，以当日挂号处公示为准。",
        ),
    ),
    Article(
        "体检前，这些事要记牢",
        (
            "每到年末，来院体检的人多了起来。体检中心护士长提醒，下面几件小事最容易被忘记：",
            "- 前三天清淡饮食，不饮酒，不吃动物血。",
            "- 前一晚八点后禁食，可以少量饮水。",
            "- 抽血和腹部彩超做完之后再吃早餐。",
            "- 慢性病人的降压药照常服用，降糖药暂停一次。",
            "- 女性避开经期，怀孕或备孕的请勿做放射检查。",
            "报告一般五个工作日后可取，也可以在手机上查看。对报告有疑问的，凭报告单到一楼总检室免费咨询。",
        ),
    ),
    Article(
        "三代人的骨科情缘",
        (
            "“爷爷当年的腿，也是在这里接好的。”六月的一个下午，坐在轮椅上的小陈一边等换药，一边和护士聊起了家常。",
            "一九七八年，小陈的爷爷在工地上摔断了小腿，被工友用板车拉到医院。那时骨科只有四张床，主刀的是刚从省城回来的马大夫。",
            "二〇〇三年，小陈的父亲打篮球伤了膝盖，接诊的是马大夫的学生。手术改成了关节镜，住院只用了五天。",
            "今年五月，轮到了小陈。骑车时为了躲一只猫，他摔断了手腕。复位、固定、拍片，前后不到两个小时。",
            "“都说医院是没人愿意来的地方，”小陈的奶奶说，“可真来了，心里是踏实的。”",
            "如今的骨科有病床八十六张，每年收治病人三千多人次。墙上挂着的老照片里，马大夫和他的四张床，还在微微地笑着。",
        ),
    ),
)
_MENU = (
    "首页",
    "医院概况",
    "科室导航",
    "专家团队",
    "就医指南",
    "健康科普",
    "党建园地",
    "招聘信息",
    "联系我们",
)
_OTHERS = (
    "我院召开年度工作会议",
    "内镜中心引进新设备",
    "志愿者走进社区义诊",
    "护理部举办技能竞赛",
    "儿科夜间门诊开放",
    "医保政策问答",
    "药学部：合理用药十条",
    "新生儿听力筛查须知",
)
_FOOT = "地址：云溪市解放路 18 号　电话：0571-88880000　邮编：310000　浙ICP备00000000号-1　技术支持：云溪网络"


def _menu(wrap: str, item: str) -> str:
    rows = (f'<a href="/list-{number}.html">{name}</a>' for number, name in enumerate(_MENU))
    return wrap.format("".join(item.format(row) for row in rows))


def _others(item: str, first: int = 0, count: int = 6, day: str = "") -> str:
    chosen = [_OTHERS[(first + at) % len(_OTHERS)] for at in range(count)]
    return "".join(
        item.format(f'<a href="/a/{at + 100}.html" title="{name}">{name}</a>', day and f"{day}-{at + 10}")
        for at, name in enumerate(chosen)
    )


def _body(
    parts: Sequence[str],
    paragraph: str = "<p>{}</p>",
    heading: str = "<h3>{}</h3>",
    table: str = "<table>{}</table>",
) -> str:
    """The parts in a system's own markup."""
    made: list[str] = []
    for kind, group in _groups(parts):
        if kind == "|":
            rows = ("".join(f"<td>{escape(cell.strip())}</td>" for cell in row.split("|")) for row in group)
            made.append(table.format("".join(f"<tr>{row}</tr>" for row in rows)))
        elif kind == "-":
            made.append("<ul>" + "".join(f"<li>{escape(row[2:])}</li>" for row in group) + "</ul>")
        else:
            made += (
                (heading if kind == "#" else paragraph).format(escape(row.removeprefix("# ")))
                for row in group
            )
    return "\n".join(made)


def _groups(parts: Sequence[str]) -> Iterator[tuple[str, list[str]]]:
    group: list[str] = []
    before = ""
    for part in parts:
        kind = part[0] if part[:2] in {"# ", "- "} else "|" if " | " in part else ""
        if group and kind != before:
            yield before, group
            group = []
        before = kind
        group.append(part)
    if group:
        yield before, group


def _html(head: str, body: str, charset: str = "utf-8") -> str:
    meta = f'<meta http-equiv="Content-Type" content="text/html; charset={charset}" />'
    return f"<!DOCTYPE html>\n<html><head>{meta}{head}</head>\n<body>{body}</body></html>"


def _dedecms(article: Article, number: int) -> str:
    return _html(
        f"<title>{article.title}_云溪医院</title>",
        f'<div class="header_top"><div class="w960 center"><span id="time" class="time">织梦内容管理系统</span>'
        f'<div class="toplinks"><a href="/plus/rss.php">RSS</a><a href="/data/sitemap.html">网站地图</a></div></div></div>'
        f'<div class="header"><div id="navMenu">{_menu("<ul>{}</ul>", "<li>{}</li>")}</div></div>'
        f'<div class="w960 center clear mt1"><div class="pleft"><div class="place"><strong>当前位置:</strong> '
        f'<a href="/">主页</a> > <a href="/jk/">健康科普</a> > </div><div class="viewbox"><div class="title"><h2>{article.title}'
        f'</h2></div><div class="info"><small>时间:</small>2026-04-0{number} 09:12<small>来源:</small>未知 <small>作者:</small>admin '
        f'<small>点击:</small><script src="/plus/count.php?aid=1"></script>次</div><div class="content"><table width="100%">'
        f"<tr><td>{_body(article.parts, '<p>　　{}</p>')}</td></tr></table>(责任编辑：admin)</div>"
        f'<div class="dede_pages"><ul class="pagelist"></ul></div><div class="newdigg"><div class="diggbox digg_good">'
        f'<div class="digg_act">顶一下</div><div class="digg_num">(0)</div></div><div class="diggbox digg_bad"><div '
        f'class="digg_act">踩一下</div></div></div><div class="boxoff"><strong>------分隔线----------------------------'
        f'</strong></div><div class="handle"><div class="context"><ul><li>上一篇：{_others("{0}", 2, 1)}</li><li>下一篇：没有了 '
        f'</li></ul></div><div class="actbox"><ul><li>收藏</li><li>挑错</li><li>推荐</li><li>打印</li></ul></div></div></div>'
        f'<div class="mt1"><dl class="tbox"><dt><strong>发表评论</strong></dt><dd>请自觉遵守互联网相关的政策法规，严禁发布色情、暴力、'
        f"反动的言论。<textarea></textarea><button>发表评论</button></dd></dl></div></div>"
        f'<div class="pright"><dl class="tbox"><dt><strong>推荐内容</strong></dt><dd><ul class="d4">'
        f'{_others("<li>{0}<p>门诊时间、科室安排等内容……</p></li>", number)}</ul></dd></dl><dl class="tbox"><dt>热点内容</dt><dd>'
        f'<ul class="c1 ico2">{_others("<li>{0}</li>", 3)}</ul></dd></dl></div></div>'
        f'<div class="footer w960 center mt1"><div class="footer_body"><p class="powered">Powered by DedeCMS</p>{_FOOT}</div></div>',
        "gb2312",
    )


def _empire(article: Article, number: int) -> str:
    menu = _menu("{}", "{} | ")
    return _html(
        f"<title>{article.title} - 云溪医院</title><style>td{{font-size:12px}}</style>",
        f'<table width="950" align="center"><tr><td height="60"><img src="/skin/logo.gif"></td></tr><tr class="menu"><td>{menu}'
        f'</td></tr></table><table width="950" align="center"><tr><td width="690" valign="top"><table width="100%" class="position"'
        f'><tr><td>您当前的位置：<a href="/">首页</a>&nbsp;&gt;&nbsp;<a href="/news">医院动态</a>&nbsp;&gt; 正文</td></tr></table>'
        f'<table width="100%" class="title_info"><tr><td align="center"><h1>{article.title}</h1></td></tr><tr><td class='
        f'"info_text">来源：本站&nbsp;&nbsp;作者：宣传科&nbsp;&nbsp;时间：2026-05-1{number} 10:00&nbsp;&nbsp;点击：<script></script>'
        f'&nbsp;【字体：<a>大</a> <a>中</a> <a>小</a>】</td></tr></table><table width="100%" class="content_info"><tr><td '
        f'valign="top" id="text">{_body(article.parts, "　　{}<br /><br />", "<strong>{}</strong><br />")}</td></tr></table>'
        f'<table width="100%"><tr><td align="right">（编辑：宣传科）</td></tr></table><table width="100%"><tr><td>上一篇：'
        f'{_others("{0}", 4, 1)}</td></tr><tr><td>下一篇：{_others("{0}", 5, 1)}</td></tr></table></td><td valign="top">'
        f'<table class="box"><tr><td><strong>栏目更新</strong></td></tr><tr><td><ul>{_others("<li>{0}</li>", number)}</ul></td>'
        f'</tr></table><table class="box"><tr><td><strong>栏目热门</strong></td></tr><tr><td><ul>{_others("<li>{0}</li>", 2)}</ul>'
        f'</td></tr></table></td></tr></table><table width="950" align="center"><tr><td align="center">关于我们 | 服务条款 | 广告服务 '
        f"| 联系我们 | 网站地图 | 免责声明<br>{_FOOT}</td></tr></table>",
        "gb2312",
    )


def _phpcms(article: Article, number: int) -> str:
    return _html(
        f"<title>{article.title} - 健康科普 - 云溪医院</title>",
        f'<div class="header"><div class="logo"><img src="/l.png"></div><div class="bd-nav">{_menu("<ul>{}</ul>", "<li>{}</li>")}'
        f'</div></div><div class="main"><div class="col-left"><div class="crumbs"><a href="/">首页</a><span> &gt; </span><a '
        f'href="/jk">健康科普</a> &gt; 正文</div><div id="Article"><h1>{article.title}<br /><span>2026-03-2{number} 08:30:00&nbsp;'
        f'&nbsp;&nbsp;来源：&nbsp;&nbsp;评论：<a href="#comment">0</a> 点击：<span id="hits">118</span></span></h1><div class='
        f'"content">{_body(article.parts, "<p><span style=font-size:14px>{}</span></p>")}<div id="pages" class="text-c"></div>'
        f'<p style="margin-bottom:10px"></p></div><p class="f14"><strong>上一篇：</strong>{_others("{0}", 1, 1)}<br /><strong>下一篇：'
        f'</strong>{_others("{0}", 2, 1)}</p><div class="related"><h5 class="blue">延伸阅读：</h5><ul class="list blue lh24 f14">'
        f'{_others("<li>· {0}<span>({1})</span></li>", number, 5, "2026-02")}</ul></div><div class="bk15"></div>'
        f'<script>show_ajax_hits()</script></div><div class="Article-Tool">分享到：<img src="/qq.png"><img src="/sina.png"></div>'
        f'<div class="comment-form"><h5><strong>我来说两句</strong></h5><div class="posn">我来说两句排行榜</div><textarea></textarea>'
        f'<div class="btn"><input type="submit" value="发表评论"></div></div></div><div class="col-auto"><div class="box"><h5 class='
        f'"title-2">频道总排行</h5><ul class="content digg">{_others("<li>{0}</li>")}</ul></div><div class="box"><h5>频道本月排行</h5>'
        f'<ul class="content rank">{_others("<li><span>{1}</span>{0}</li>", 3, 6, "9")}</ul></div></div></div><div class="footer">'
        f'<p class="info"><a>关于我们</a> | <a>联系方式</a> | <a>版权声明</a></p><p>{_FOOT}</p></div>',
        "gbk",
    )


def _wordpress(article: Article, number: int) -> str:
    table = '<figure class="wp-block-table"><table><tbody>{}</tbody></table></figure>'
    heading = '<h2 class="wp-block-heading">{}</h2>'
    recent = _others('<li class="wp-block-latest-posts__list">{0}</li>', number, 5)
    return _html(
        f'<title>{article.title} &#8211; 云溪门诊部</title><meta name="generator" content="WordPress 6.6">',
        f'<div class="hfeed site" id="page"><a class="skip-link screen-reader-text" href="#content">跳至内容</a><header '
        f'class="site-header" id="masthead"><p class="site-title"><a href="/">云溪门诊部</a></p><p class="site-description">又一个 '
        f'WordPress 站点</p><nav class="main-header-bar-navigation">{_menu("<ul>{}</ul>", "<li class=menu-item>{}</li>")}</nav>'
        f'</header><div id="content" class="site-content"><div class="ast-container"><div id="primary" class="content-area '
        f'primary"><main id="main" class="site-main"><article class="post-{number} post type-post status-publish hentry '
        f'category-news ast-article-single"><header class="entry-header ast-no-thumbnail"><h1 class="entry-title">{article.title}'
        f'</h1><div class="entry-meta"><a href="#respond">发表评论</a> / <span class="cat-links"><a href="/c">健康</a></span> / 由 '
        f'<a href="/author/admin">admin</a></div></header><div class="entry-content clear">'
        f'{_body(article.parts, "<p>{}</p>", heading, table)}</div></article><nav class="navigation post-navigation"><h2 '
        f'class="screen-reader-text">文章导航</h2><div class="nav-links"><a rel="prev" href="/p">&larr; 上一篇文章</a></div></nav><div '
        f'id="comments" class="comments-area"><div id="respond" class="comment-respond"><h3>发表评论 <small>取消回复</small></h3><form>'
        f"<p class=comment-notes>您的邮箱地址不会被公开。 必填项已用 * 标注</p><textarea placeholder=在此输入...></textarea><p>"
        f"<label>在此浏览器中保存我的显示名称、邮箱地址和网站地址，以便下次评论时使用。</label></p></form></div></div></main></div><div "
        f'class="widget-area secondary" id="secondary"><aside class="widget"><h2>近期文章</h2><ul>{recent}</ul></aside><aside '
        f'class="widget"><h2>近期评论</h2><p>一位 WordPress 评论者 发表在《世界，您好！》</p></aside><aside class=widget><h2>归档</h2><ul><li>'
        f'<a>2026 年 3 月</a></li></ul></aside></div></div></div><footer class="site-footer"><div class="ast-small-footer">Copyright '
        f"&copy; 2026 云溪门诊部 | 由 Astra WordPress 主题 提供支持 {_FOOT}</div></footer></div>",
    )


def _discuz(article: Article, number: int) -> str:
    return _html(
        f"<title>{article.title} - 健康科普 - 云溪社区 - Powered by Discuz!</title>",
        f'<div id="toptb" class="cl"><div class="wp"><a>设为首页</a><a>收藏本站</a><a>切换到窄版</a></div></div><div id="hd"><div class='
        f'"wp"><form>用户名 <input> 密码 <input> <a>找回密码</a> <a>立即注册</a></form><div id="nv">{_menu("<ul>{}</ul>", "<li>{}</li>")}'
        f'</div><div id="scbar">请输入搜索内容 热搜: 活动 交友 discuz</div></div></div><div id="wp" class="wp"><div id="pt" class="bm cl">'
        f'<div class="z"><a href="/">云溪社区</a> › <a>论坛</a> › <a>健康科普</a> › {article.title}</div></div><div id="ct" class="wp cl"><div '
        f'id="pgt" class="pgs mbm cl"><a>发新帖</a><a>返回列表</a></div><div id="postlist" class="pl bm"><table><tr><td class="pls '
        f'ptn pbn"><div class="hm">查看: <span>{number}52</span>|回复: <span>0</span></div></td><td class="plc ptm pbn vwthd"><h1 '
        f'class="ts"><span id="thread_subject">{article.title}</span></h1><span class="xg1"><a>[复制链接]</a></span></td></tr></table>'
        f'<div id="post_{number}"><table id="pid{number}" class="plhin"><tr><td class="pls" rowspan="2"><div class="pls favatar">'
        f'<div class="authi"><a class="xw1">云溪小编</a></div><div class="tns xg2"><table><tr><th><p>12</p>主题</th><th><p>30</p>帖子'
        f"</th><td><p>210</p>积分</td></tr></table></div><p><em>管理员</em></p><dl><dt>积分</dt><dd>210</dd></dl><a>发消息</a></div></td>"
        f'<td class="plc"><div class="pi"><strong><a>楼主</a></strong><div class="authi"><em>发表于 2026-4-1{number} 10:20</em> | <a>'
        f'只看该作者</a> | <a>倒序浏览</a> | <a>阅读模式</a></div></div><div class="pct"><div class="pcb"><div class="t_fsz"><table><tr>'
        f'<td class="t_f" id="postmessage_{number}">{_body(article.parts, "{}<br /><br />", "<strong>{}</strong><br />")}</td></tr>'
        f'</table></div><div id="comment_{number}" class="cm"></div></div></div></td></tr><tr><td class="plc plm"><div id="p_btn" '
        f'class="mtw mbm hm cl"><a><i>收藏<span>0</span></i></a><a>分享</a><a>支持</a><a>反对</a></div></td></tr><tr class="ad"><td '
        f'class="pls"></td><td class="plc"><div class="po hin"><a>回复</a><a>使用道具</a><a>举报</a></div></td></tr></table></div></div>'
        f'<div id="f_pst" class="pl bm bmw"><form>您需要登录后才可以回帖 <a>登录</a> | <a>立即注册</a> <button>发表回复</button> 本版积分规则'
        f'</form></div></div></div><div id="ft" class="wp cl"><div id="flk"><p><a>Archiver</a>|<a>手机版</a>|<a>小黑屋</a>|云溪社区 '
        f"( {_FOOT} )</p><p>GMT+8, 2026-4-20 10:00 , Processed in 0.05 second(s), 12 queries .</p></div></div>",
        "gbk",
    )


def _metinfo(article: Article, number: int) -> str:
    return _html(
        f"<title>{article.title}-云溪医院</title>",
        f'<header class="met-head"><nav class="navbar navbar-default met-nav"><h1 hidden>云溪医院</h1>'
        f'{_menu("<ul class=navlist>{}</ul>", "<li class=nav-item>{}</li>")}</nav></header><div class="met-crumbs"><ol class='
        f'"breadcrumb"><li>你的位置：<a href="/">首页</a></li><li>新闻资讯</li></ol></div><section class="met-shownews animsition"><div '
        f'class="container"><div class="row"><div class="col-md-9 met-shownews-body"><section class="details-title border-bottom1">'
        f'<h1 class="m-t-10 m-b-5">{article.title}</h1><div class="info font-weight-300"><span>2026-06-0{number} 15:30:00</span>'
        f'<span>云溪医院</span><span><i class="icon wb-eye"></i> {number}7</span></div></section><section class="met-editor clearfix">'
        f'{_body(article.parts, "<p><span style=line-height:2em>{}</span></p>")}</section><div class="tag-border">标签：<a>健康</a>'
        f'</div><div class="met-shownews-footer"><ul class="pager pager-round"><li class="previous"><a href="/p">上一篇：'
        f'{_OTHERS[number]}</a></li><li class="next">没有了</li></ul></div></div><div class="col-md-3"><div class="met-news-bar">'
        f'<form><input placeholder="请输入内容关键词"></form><div class="recommend news-list-md"><h3>为您推荐</h3><ul>'
        f'{_others("<li>{0}</li>", number)}</ul></div><ul class="column">{_others("<li>{0}</li>", 4, 3)}</ul></div></div></div></div>'
        f'</section><footer class="met-foot"><div class="foot-nav">{_menu("{}", "{}")}</div><div class="met-foot-copy"><p>{_FOOT}</p>'
        f'<p>本站基于 米拓企业建站系统 搭建</p></div></footer><div class="met-online">在线客服<br>咨询热线 0571-88880000<br>返回顶部</div>',
    )


def _faisco(article: Article, number: int) -> str:
    paragraph = '<p style="text-indent:2em;line-height:2em"><span style="font-family:微软雅黑;font-size:14px">{}</span></p>'
    return _html(
        f"<title>{article.title} - 云溪口腔</title>",
        f'<div id="g_main"><div id="webTopBar"><a>登录</a><a>注册</a></div><div id="webHeaderTable"><div id="nav" class="nav"><table>'
        f'<tr>{_menu("{}", "<td class=item><div class=itemName>{}</div></td>")}</tr></table></div></div><div id="webContainer"><div '
        f'id="fullmiddleCenter"><div class="form formStyle"><div class="newsDetailV2 module_block"><div class="fk-newsDetailTitle '
        f'jz_title"><h1 class="title">{article.title}</h1></div><div class="newsInfoWrap"><span>发表时间：2026-02-1{number} 11:02</span>'
        f'<span>作者：云溪口腔</span><span>来源：原创</span><span>浏览：{number}3</span></div><div class="richContent richContent0 '
        f'jz_fix_ue_img"><div>{_body(article.parts, paragraph, paragraph)}</div></div><div class="newsShare">分享到：<a>微信</a><a>'
        f'新浪微博</a></div><div class="newsDetailPrevNext"><div>上一篇：{_others("{0}", 3, 1)}</div><div>下一篇：'
        f'{_others("{0}", 4, 1)}</div></div><div class="newsRelate"><div class="relateTitle">相关文章</div><table>'
        f"{_others('<tr><td class=newsTitle>{0}</td><td>{1}</td></tr>', number, 4, '2026-01')}</table></div></div></div></div></div>"
        f'<div id="webFooter"><div class="footerContent"><div class="contact"><p>联系我们</p><p>客服热线：0571-88880000</p><p>服务时间：'
        f'周一至周日 8:30-17:30</p></div><div class="footerInfo">©2026 云溪口腔 版权所有 {_FOOT}</div><div class="footerSupport">本站使用'
        f"凡科建站搭建 | 管理登录 | 手机版</div></div></div></div>",
    )


def _youzan(article: Article, number: int) -> str:
    goods = "".join(
        f'<a class="cap-goods-layout__item" href="/g/{at}"><div class="cap-goods__title">{name}</div><div class="sale-price">¥ '
        f"{at}9.00</div><span>已售 {at}2 件</span><button>马上抢</button></a>"
        for at, name in enumerate(("洁牙套餐（单人）", "儿童窝沟封闭", "体检卡（基础）", "冲牙器礼盒"), 1)
    )
    return _html(
        f"<title>{article.title}</title><meta name=viewport content='width=device-width'>",
        f'<div class="container"><div class="header"></div><div class="content"><div class="content-body"><div class="cap-title '
        f'cap-title--left"><h2 class="cap-title__main">{article.title}</h2><p class="cap-title__sub">2026-01-0{number} 云溪口腔小店'
        f'</p></div><div class="cap-richtext van-richtext custom-richtext">{_body(article.parts, "<p><span>{}</span></p>")}</div>'
        f'<div class="cap-goods-layout">{goods}</div><div class="cap-shop-banner"><a>进店逛逛</a><span>全部商品 38</span><span>上新 2'
        f'</span></div></div></div><div class="footer"><div class="copyright"><div class="ft-links"><a>店铺主页</a><a>个人中心</a><a>'
        f'店铺信息</a></div><div class="ft-copyright"><a>有赞提供技术支持</a></div></div></div><div class="shopnav"><a>首页</a><a>全部</a><a>'
        f"购物车</a><a>我的</a></div></div>",
    )


def _wechat(article: Article, number: int) -> str:
    paragraph = (
        '<section style="margin:0 8px;line-height:1.75em"><span style="font-size:15px;letter-spacing:1px">{}</span></section>'
        "<section><br></section>"
    )
    return _html(
        f'<meta property="og:title" content="{article.title}">',
        f'<div id="js_article" class="rich_media"><div class="rich_media_inner"><div id="page-content" class='
        f'"rich_media_area_primary"><div class="rich_media_area_primary_inner"><div id="img-content" class="rich_media_wrp"><h1 '
        f'class="rich_media_title" id="activity-name">\n{article.title}\n</h1><div id="meta_content" class="rich_media_meta_list">'
        f'<span class="rich_media_meta rich_media_meta_text">宣传科</span><span class="rich_media_meta_nickname" id="profileBt"><a '
        f'id="js_name">云溪医院</a></span><em id="publish_time" class="rich_media_meta"></em></div><div class="rich_media_content" '
        f'id="js_content" style="visibility: hidden; opacity: 0;">{_body(article.parts, paragraph, paragraph)}</div></div><div '
        f'id="js_tags" class="article-tag__list">#科普 {number}个</div><div class="rich_media_tool"><a id="js_view_source">阅读原文'
        f'</a><span>阅读 <span id="readNum3"></span></span><span>赞</span><span>在看</span></div></div></div><div class="rich_media_area_extra">'
        f'<div class="weui-dialog" style="display:none">预览时标签不可点</div></div><div id="js_pc_qr_code" class="qr_code_pc_outer" '
        f'style="display:none">微信扫一扫<br>关注该公众号</div></div></div><div class="wx_stream_article_slide_tip" style="display:none">'
        f'继续滑动看下一个</div><div id="js_minipro_dialog" style="display:none">知道了 使用小程序 取消 允许</div>',
    )


def _sohu(article: Article, number: int) -> str:
    hot = _others('<li class="hot-news-item">{0}</li>', number, 8)
    return _html(
        f"<title>{article.title}_云溪_医院_门诊</title>",
        f'<header id="main-header"><div class="area"><nav>{_menu("<ul>{}</ul>", "<li>{}</li>")}</nav><span class="login-sohu">登录狐友'
        f'</span></div></header><div class="wrapper-box"><div class="location-without-nav"></div><div class="area" id='
        f'"article-container"><div class="left main"><div class="text" data-spm="content"><div class="text-title"><h1>{article.title}'
        f'</h1><div class="article-info"><span class="time" id="news-time">2026-05-0{number} 17:20</span><span>来源: 云溪医院</span>'
        f'<span>发布于：浙江省</span></div></div><article class="article" id="mp-editor">{_body(article.parts)}<p data-role='
        f'"editor-name">责任编辑：</p><a href="//www.sohu.com" class="backword"><i class="backsohu"></i>返回搜狐，查看更多</a></article>'
        f'<div class="bottom-relate-wrap"><div class="statement">平台声明：该文观点仅代表作者本人，搜狐号系信息发布平台，搜狐仅提供信息存储空间服务。</div>'
        f'<div class="read-wrap">阅读 (<em>1{number}0</em>)</div></div></div><div id="articleAllsee" class="allsee-list"><h3>大家都在看'
        f'</h3><ul>{_others("<li>{0}</li>", 2, 5)}</ul></div><div class="groom-read"><h3>推荐阅读</h3>'
        f'{_others("<div class=news-box><h4>{0}</h4><span>{1}</span></div>", 1, 5, "05")}</div></div><div class="right sidebar"><div '
        f'class="user-info" id="user-info"><h4><a>云溪医院</a></h4><dl><dd>{number}36<em>文章</em></dd><dd>2.1万<em>总阅读</em></dd></dl><a>'
        f'查看TA的文章></a></div><div class="hot-article"><h3>24小时热文</h3><ul>{hot}</ul></div></div></div></div><div class="float-links">'
        f'<a>意见反馈</a><a>返回顶部</a></div><footer class="main-foot">Copyright © 2026 Sohu All Rights Reserved {_FOOT}</footer>',
    )


def _baijiahao(article: Article, number: int) -> str:
    paragraph = '<div class="index-module_textWrap_3ygOc"><p><span class="bjh-p">{}</span></p></div>'
    heading = '<div class="index-module_textWrap_3ygOc"><h3><span class="bjh-h3">{}</span></h3></div>'
    return _html(
        f"<title>{article.title}</title>",
        f'<div id="app"><div id="ssr-content" class="app-module_contentWrapper"><div class="index-module_header"><div class="s-bottom">'
        f'<a>百度首页</a><a>登录</a></div></div><div class="app-module_leftSection"><div id="header"><div class="index-module_articleTitle'
        f'">{article.title}</div><div class="index-module_articleDesc"><div class="index-module_authorTxt"><a><p class='
        f'"index-module_authorName">云溪医院</p></a><div class="index-module_articleSource"><span>2026-04-2{number} 09:00</span><span>'
        f'云溪医院官方账号</span></div></div><div class="index-module_followBtn">关注</div></div></div><div class='
        f'"index-module_articleWrap_2Zphx">{_body(article.parts, paragraph, heading)}</div><div class="index-module_reportContainer">'
        f'<span>举报/反馈</span></div><div class="index-module_commentWrap"><div class="xcp-publish-title">发表评论 <a>发表</a></div><p>'
        f'评论列表（{number}条）</p></div></div><div class="app-module_rightSection"><div class="index-module_authorCard"><p>云溪医院</p><p>'
        f'云溪医院官方账号</p><p>{number}8万获赞 2万粉丝</p><div>向公众传递健康知识</div></div><div class="index-module_relateNews"><p>作者最新文章</p>'
        f'{_others("<div class=item>{0}</div>", number, 3)}</div><div class="index-module_recommend"><p>相关推荐</p>'
        f'{_others("<div class=item>{0}</div>", 3, 8)}</div></div></div><div class="index-module_footer">设为首页© Baidu 使用百度前必读 '
        f"意见反馈 京ICP证030173号 京公网安备11000002000001号</div></div>",
    )


def _marketing(article: Article, number: int) -> str:
    """A page of a chain of marketing sites: bars to ring and to chat everywhere."""
    chat = '<a class="zx" href="javascript:void(0)" onclick="openSwt()">在线咨询</a><a class="gh" href="/guahao/">预约挂号</a>'
    table = '<div class="table_box"><table border="1">{}</table></div>'
    return _html(
        f"<title>{article.title}_云溪{number}医院【官网】</title><meta name=keywords content=云溪医院>",
        f'<div class="top"><div class="w1200"><p>欢迎访问云溪医院官方网站！</p><p class="tel">24小时健康热线：<b>0571-88880000</b></p></div>'
        f'</div><div class="nav">{_menu("<ul>{}</ul>", "<li>{}</li>")}</div><div class="banner"><img src="/b1.jpg" alt="来院路线">'
        f'</div><div class="w1200 cf"><div class="fl left_con"><div class="mbx">当前位置：<a>首页</a> > <a>健康科普</a></div><h1 class="wz_tit'
        f'">{article.title}</h1><div class="wz_ly">来源：云溪医院　发布时间：2026-03-1{number}　<a>点击咨询</a></div><div class="wz_con" id='
        f'"zoom">{_body(article.parts, "<p>　　{}</p>", "<p><strong>　　{}</strong></p>", table)}</div><div class="wz_bot">{chat}</div>'
        f'<div class="fx">分享到：<span>QQ空间</span><span>微信</span></div><div class="pn"><p>上一篇：{_others("{0}", 5, 1)}</p><p>下一篇：'
        f'{_others("{0}", 6, 1)}</p></div><div class="xgyd"><h3>相关阅读</h3><ul>{_others("<li>{0}</li>", number, 8)}</ul></div><div '
        f'class="yy_form"><h3>网上预约</h3><form>姓名：<input> 电话：<input> 病情描述：<textarea></textarea><button>提交预约</button><p>注：您所填'
        f'的信息我们将及时反馈给相关科室。</p></form></div></div><div class="fr right_con"><div class="zj"><h3>专家团队</h3><ul><li><img><b>'
        f'林素华</b><span>主任医师</span>{chat}</li><li><img><b>郑海平</b><span>副主任医师</span>{chat}</li></ul></div><div class="rm"><h3>热门'
        f'文章</h3><ul>{_others("<li>{0}</li>", 1, 8)}</ul></div><div class="lx"><h3>来院路线</h3><p>乘 6 路、19 路公交车到解放路口下车即到</p></div>'
        f'</div></div><div class="foot"><p>{_FOOT}</p><p>本网站信息仅供参考，不能作为诊断及医疗的依据</p><p>友情链接：{_menu("{}", "{} ")}</p></div>'
        f'<div class="swt_left" style="position:fixed"><p>您好，请问有什么可以帮您？</p>{chat}</div><div class="bottom_bar" style='
        f'"position:fixed"><a>电话咨询</a><a>在线咨询</a><a>来院路线</a></div>',
        "gbk",
    )


SYSTEMS: Mapping[str, Callable[[Article, int], str]] = {
    "织梦": _dedecms,
    "帝国": _empire,
    "PHPCMS": _phpcms,
    "WordPress": _wordpress,
    "Discuz": _discuz,
    "米拓": _metinfo,
    "凡科": _faisco,
    "有赞": _youzan,
    "公众号": _wechat,
    "搜狐号": _sohu,
    "百家号": _baijiahao,
    "营销站": _marketing,
}
_GBK = frozenset({"织梦", "帝国", "PHPCMS", "Discuz", "营销站"})


def site_pages() -> list[ArticlePage]:
    """Each article in each system's markup."""
    return [
        ArticlePage(system, make(article, number), article, "gbk" if system in _GBK else "utf-8")
        for system, make in SYSTEMS.items()
        for number, article in enumerate(ARTICLES)
    ]
