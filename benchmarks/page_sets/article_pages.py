"""Article pages in the shapes that twelve systems give them, each with the text that a person would read.

The articles are written by hand, and so is the list of their own parts: the title and each paragraph,
heading, entry and cell. They are surrounded by the menus, lists, counters and footers that such systems put
there.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape


@dataclass(frozen=True)
class Article:
    """A title, and the parts of a text: a paragraph each; "# …" is a heading, "- …" an entry, "a | b" a row of a table."""

    title: str
    parts: tuple[str, ...]

    @property
    def reading(self) -> str:
        """The text that a person reads."""
        return "\n".join((self.title, *(cell for part in self.parts for cell in _cells(part))))


@dataclass(frozen=True)
class ArticlePage:
    """A page as a system serves it, and its article."""

    system: str
    html: str
    article: Article
    codec: str
    either: tuple[str, ...] = ()  # words that are neither asked for nor held against a reader

    @property
    def body(self) -> bytes:
        """The page's bytes."""
        return self.html.encode(self.codec, "xmlcharrefreplace")


ARTICLES = (
    Article(
        "我院启用新的门诊综合楼",
        (
            "十一月二日上午，历时两年建设的门诊综合楼正式投入使用。新楼共九层，设诊室一百二十间，一层为急诊和药房，二层以上按科室划分。",
            "据后勤科介绍，搬迁工作分三批进行，先后转移设备四百余台，期间门诊没有停诊，日均接诊两千三百人次。",
            "院长在启用仪式上说，楼宇只是条件，服务才是根本，希望各科室把等候时间再压一压，把解释的话再多说一句。",
            "新楼东侧同步开放了地下停车场，车位三百六十个，前三十分钟免费。公交六路、十九路在楼前设站。",
            "患者李先生告诉记者，以往做完检查要穿过整个院子去取片，如今在同一层就能办完，少走了不少路。",
        ),
    ),
    Article(
        "关于调整部分专家门诊时间的通知",
        (
            "各位患者及家属：",
            "因学术会议和手术安排，下列门诊时间自十一月九日起调整，请合理安排就诊。",
            "科室 | 医师 | 原时间 | 现时间",
            "心血管内科 | 周明远 | 周一上午 | 周三上午",
            "骨科 | 何清 | 周二全天 | 周二下午",
            "眼科 | 陆一舟 | 周四上午 | 周五上午",
            "已经预约的患者由门诊部逐一电话告知，可以改约，也可以全额退号。",
            "不便之处，敬请谅解。咨询请到一楼服务台，或拨打院内总机转门诊部。",
            "门诊部",
        ),
    ),
    Article(
        "冬季如何保护膝关节",
        (
            "天气转冷以后，不少人上下楼时觉得膝盖发僵、发酸。康复科医师提醒，多数不适与受凉和活动减少有关，不必过分紧张，但要学会分辨。",
            "# 哪些情况要去医院",
            "- 关节红肿发热，或者夜间疼痛影响睡眠",
            "- 走路时突然打软，或者卡住不能伸直",
            "- 休息两周仍不见缓解",
            "# 平时怎么做",
            "出门前先活动五分钟，从踝到髋依次转动。坐久了每隔四十分钟起来走一走，避免长时间蹲着择菜、洗衣。",
            "体重每减轻一公斤，下楼时膝盖承受的压力大约减少四公斤。游泳和骑车对关节的冲击较小，适合多数中老年人。",
            "护膝可以保暖，但不宜整天佩戴，以免肌肉依赖。所谓一贴就好的膏药没有依据，不能替代检查。",
        ),
    ),
    Article(
        "口腔科简介",
        (
            "口腔科成立于一九八七年，现有医师十四名、护士九名，牙椅二十二台，设牙体牙髓、牙周、修复、正畸和口腔外科五个专业组。",
            "科室每年接诊四万余人次，承担辖区中小学窝沟封闭项目和基层口腔医师的进修带教。",
            "# 主要设备",
            "锥形束CT一台，口内扫描仪两台，根管显微镜三台，均为近五年内更新。",
            "# 就诊须知",
            "初诊请携带身份证，先在三楼导诊台建档。拔牙和种植前需要测量血压，空腹者请先进食。",
        ),
    ),
    Article(
        "三天见效，告别多年老寒腿",
        (
            "老寒腿反复发作怎么办？本馆独家配方，三天见效，一个疗程断根，至今无一例复发。",
            "适用人群：膝盖怕冷、遇风加重、上下楼困难的中老年朋友，越早治疗效果越好。",
            "- 不打针、不手术，居家即可使用",
            "- 签约治疗，无效退全款",
            "- 前五十名预约者半价",
            "家住城南的王阿姨用了两个疗程，现在每天跳广场舞，逢人就夸。",
            "名额有限，欲报从速，预约请加馆内微信或到店咨询。",
        ),
    ),
)
_NAV = (
    "网站首页",
    "医院概况",
    "新闻动态",
    "科室导航",
    "专家介绍",
    "就医指南",
    "健康科普",
    "党建工作",
    "联系我们",
)
_OTHERS = (
    "市卫生健康委来院督导冬春季传染病防控",
    "护理部举办第九届静脉治疗技能竞赛",
    "关于二〇二六年医保年度结算的说明",
    "儿科病区完成环境改造",
    "我院与社区卫生服务中心签订双向转诊协议",
    "世界糖尿病日义诊活动预告",
    "高血压患者秋冬换药注意事项",
    "放射科新购磁共振设备投入使用",
    "病案复印流程有变化",
    "志愿服务队招募公告",
)


def article_pages() -> list[ArticlePage]:
    """Sixty pages: five articles in each of twelve systems."""
    pages = []
    for number, (system, make, codec) in enumerate(_SYSTEMS):
        for place, article in enumerate(ARTICLES):
            chance = random.Random(100 * number + place)
            pages.append(ArticlePage(system, make(article, chance), article, codec))
    return pages


def _cells(part: str) -> Iterator[str]:
    yield from (part.removeprefix("# ").removeprefix("- ").split(" | "))


def _body(
    article: Article, paragraph: str = "<p>{}</p>", heading: str = "<h3>{}</h3>", entry: str = "<li>{}</li>"
) -> str:
    """The parts in markup; entries and rows that follow each other in a list or table of their own."""
    lines: list[str] = []
    opened = ""
    for part in article.parts:
        kind = "table" if " | " in part else "ul" if part.startswith("- ") else ""
        if kind != opened:
            lines += [f"</{opened}>"] * bool(opened) + [f"<{kind}>"] * bool(kind)
            opened = kind
        cells = [escape(cell) for cell in _cells(part)]
        if kind == "table":
            lines.append("<tr>" + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>")
        elif kind == "ul":
            lines.append(entry.format(cells[0]))
        else:
            lines.append((heading if part.startswith("# ") else paragraph).format(cells[0]))
    return "\n".join(lines + [f"</{opened}>"] * bool(opened))


def _links(titles: Sequence[str], item: str = '<li><a href="/{n}.html">{title}</a></li>') -> str:
    return "".join(
        item.format(n=number, title=title, day=f"11-{number + 1:02d}") for number, title in enumerate(titles)
    )


def _dedecms(article: Article, chance: random.Random) -> str:
    return f"""<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN"><html><head>
<meta http-equiv="Content-Type" content="text/html; charset=gb2312" /><title>{article.title}_云溪医院</title>
<link href="/css/style.css" rel="stylesheet" /></head><body class="articleview"><div class="header"><div class="toplinks">
<a href="/">设为首页</a> | <a href="/">加入收藏</a></div><div id="navMenu"><ul>{_links(_NAV)}</ul></div></div>
<div class="w960 center clear mt1"><div class="pleft"><div class="place"><strong>当前位置:</strong>
<a href='/'>主页</a> > <a href='/news/'>新闻动态</a> > </div><div class="viewbox"><div class="title"><h2>{article.title}</h2></div>
<div class="info"><small>时间:</small>2026-11-03 09:{chance.randint(10, 59)}<small>来源:</small>宣传科 <small>作者:</small>admin
<small>点击:</small><script src="/plus/count.php" language="javascript"></script>次</div>
<div class="content"><table width='100%' border='0'><tr><td>{_body(article, "<div>　　{}</div>")}</td></tr></table></div>
<div class="dede_pages"></div><div class="boxoff"><strong>------分隔线----------------------------</strong></div>
<div class="handle"><div class="context"><ul><li>上一篇：<a href='/1.html'>{_OTHERS[0]}</a></li>
<li>下一篇：<a href='/2.html'>{_OTHERS[1]}</a></li></ul></div></div></div></div>
<div class="pright"><dl class="tbox"><dt><strong>栏目列表</strong></dt><dd><ul class="d6">{_links(_NAV[1:6])}</ul></dd></dl>
<dl class="tbox"><dt><strong>热点内容</strong></dt><dd><ul class="c1">{_links(_OTHERS[:8])}</ul></dd></dl></div></div>
<div class="footer w960"><div class="link">友情链接：<a href="#">市卫健委</a> <a href="#">市医保局</a></div>
<p class="copyright">Copyright &copy; 2010-2026 云溪医院 版权所有 地址：解放路九号</p></div></body></html>"""


def _phpcms(article: Article, chance: random.Random) -> str:
    return f"""<!DOCTYPE html><html><head><meta charset="gbk"><title>{article.title} - 新闻 - 云溪医院</title></head><body>
<div class="body-top"><div class="content"><div class="login lh24 blue"><a href="/rss">rss</a>|<span>您好，请 登录</span></div></div></div>
<div class="header"><div class="nav-bar"><ul class="nav-site">{_links(_NAV)}</ul></div></div>
<div class="main"><div class="col-left"><div class="crumbs"><a href="/">首页</a><span> &gt; </span><a href="/n">新闻</a> &gt; 正文</div>
<div id="Article"><h1>{article.title}<br /><span>2026-11-03 10:{chance.randint(10, 59)}　来源：本站　浏览：<i id="hits">{chance.randint(9, 999)}</i> 次</span></h1>
<div class="content">{_body(article)}</div><p class="f14"><strong>上一篇：</strong><a href="/1">{_OTHERS[2]}</a></p></div>
<div class="Article-Tool">分享到： <a>QQ空间</a> <a>新浪微博</a> <a>开心网</a> <a>人人网</a></div>
<div class="related"><h5 class="blue">延伸阅读：</h5><ul class="list blue lh24 f14">{_links(_OTHERS[:5])}</ul></div></div>
<div class="col-auto"><div class="box"><h5 class="title-2">频道总排行</h5><ul class="content digg">{_links(_OTHERS[2:9])}</ul></div>
<div class="box"><h5 class="title-2">频道本月排行</h5><ul class="content rank">{_links(_OTHERS[:6])}</ul></div></div></div>
<div class="footer"><p class="info"><a href="/about">关于我们</a> | <a href="/contact">联系方式</a> | <a href="/c">版权声明</a><br>云ICP备00000000号</p></div></body></html>"""


def _empirecms(article: Article, chance: random.Random) -> str:
    rows = _links(_OTHERS[:6], '<tr><td height="24">·<a href="/{n}.html">{title}</a></td></tr>')
    menu = _links(_NAV, '<td align="center"><a href="/{n}/"><font color="#ffffff">{title}</font></a></td>')
    return f"""<html><head><meta http-equiv="Content-Type" content="text/html; charset=gb2312"><title>{article.title}</title></head>
<body topmargin="0"><table width="980" align="center"><tr bgcolor="#006699">{menu}</tr></table>
<table width="980" align="center"><tr><td width="240" valign="top"><table width="100%"><tr><td background="/i/t.gif"><b>相关新闻</b></td></tr>
{rows}</table><table width="100%"><tr><td><b>本周热门</b></td></tr>{rows}</table></td><td valign="top">
<table width="100%"><tr><td>您当前的位置：<a href="/">首页</a> &gt; <a href="/n/">医院新闻</a></td></tr>
<tr><td align="center"><font size="5"><b>{article.title}</b></font></td></tr>
<tr><td align="center">发布日期：2026-11-03　作者：办公室　阅读：{chance.randint(100, 900)}　【字体：<a>大</a> <a>中</a> <a>小</a>】</td></tr>
<tr><td><hr></td></tr><tr><td style="line-height:200%">{_body(article, "&nbsp;&nbsp;&nbsp;&nbsp;{}<br>", "<b>{}</b><br>")}</td></tr>
<tr><td align="right">【<a href="javascript:print()">打印本页</a>】【<a href="javascript:close()">关闭窗口</a>】</td></tr></table></td></tr></table>
<table width="980" align="center" bgcolor="#eeeeee"><tr><td align="center">云溪医院 版权所有 云ICP备00000000号<br>技术支持：某某网络公司</td></tr></table></body></html>"""


def _wordpress(article: Article, chance: random.Random) -> str:
    return f"""<!DOCTYPE html><html lang="zh-CN"><head><meta charset="UTF-8"><title>{article.title} &#8211; 云溪医院</title>
<style>.screen-reader-text{{position:absolute;left:-9999em}}</style></head><body class="post-template-default single single-post">
<div id="page" class="site has-sidebar"><a class="skip-link screen-reader-text" href="#content">跳至内容</a><header id="masthead" class="site-header">
<p class="site-title"><a href="/">云溪医院</a></p><nav id="site-navigation" class="main-navigation"><ul id="primary-menu" class="menu">{_links(_NAV)}</ul></nav></header>
<div id="content" class="site-content"><div id="primary" class="content-area"><main id="main"><article id="post-{chance.randint(1, 900)}" class="post type-post">
<header class="entry-header"><h1 class="entry-title">{article.title}</h1><div class="entry-meta"><span class="posted-on">发布于 <time>2026年11月3日</time></span>
<span class="byline"> 由 <a href="/author/admin">admin</a></span></div></header><div class="entry-content">{_body(article)}</div>
<footer class="entry-footer"><span class="cat-links">发布于<a href="/c">新闻</a></span></footer></article>
<nav class="navigation post-navigation"><div class="nav-previous"><a href="/1">上一篇文章 {_OTHERS[3]}</a></div></nav></main></div>
<aside id="secondary" class="widget-area"><section class="widget widget_recent_entries"><h2 class="widget-title">近期文章</h2><ul>{_links(_OTHERS[:6])}</ul></section>
<section class="widget widget_archive"><h2 class="widget-title">归档</h2><ul><li><a href="/a">2026年11月</a></li><li><a href="/b">2026年10月</a></li></ul></section></aside></div>
<footer id="colophon" class="site-footer"><div class="site-info"><a href="https://cn.wordpress.org/">自豪地采用WordPress</a></div></footer></div></body></html>"""


def _discuz(article: Article, chance: random.Random) -> str:
    return f"""<!DOCTYPE html><html><head><meta charset="gbk"><title>{article.title} - 健康论坛 - Powered by Discuz!</title></head><body id="nv_forum">
<div id="toptb" class="cl"><div class="wp"><div class="z"><a href="#">设为首页</a><a href="#">收藏本站</a></div></div></div>
<div id="hd"><div class="wp"><div id="nv"><ul>{_links(_NAV[:6])}</ul></div></div></div><div id="wp" class="wp"><div id="pt" class="bm cl"><div class="z">
<a href="./" class="nvhm">论坛</a> <em>&rsaquo;</em> <a href="f1">健康交流</a> <em>&rsaquo;</em> <a href="t1">{article.title}</a></div></div>
<div id="ct" class="wp cl"><div id="postlist" class="pl bm"><table><tr><td class="pls ptn pbn"><div class="hm ptn"><span class="xg1">查看:</span> <span class="xi1">{chance.randint(99, 9999)}</span>
<span class="pipe">|</span><span class="xg1">回复:</span> <span class="xi1">0</span></div></td><td class="plc ptm pbn"><h1 class="ts"><span id="thread_subject">{article.title}</span></h1></td></tr></table>
<div id="post_1"><table class="plhin"><tr><td class="pls" rowspan="2"><div class="pi"><a href="u1" class="xw1">云溪健康</a></div><p><em>注册会员</em></p><dl class="pil cl"><dt>积分</dt><dd>128</dd><dt>帖子</dt><dd>35</dd></dl></td>
<td class="plc"><div class="pi"><em>发表于 2026-11-3 09:{chance.randint(10, 59)}:12</em> <a href="#">只看该作者</a></div><div class="pct"><div class="t_fsz"><table><tr><td class="t_f" id="postmessage_1">
{_body(article, "{}<br />", "<strong>{}</strong><br />")}</td></tr></table></div></div></td></tr><tr><td class="plc"><div class="po"><a>回复</a> <a>举报</a></div></td></tr></table></div></div></div></div>
<div id="ft" class="wp cl"><div id="flk" class="y"><p><a href="/a">Archiver</a>|<a href="/m">手机版</a>|<a href="/b">小黑屋</a></p></div><div id="frt"><p>Powered by <strong>Discuz!</strong> X3.4 &copy; 2001-2026</p></div></div></body></html>"""


def _frontpage(article: Article, chance: random.Random) -> str:
    menu = _links(_NAV, '<a href="{n}.htm">{title}</a>&nbsp;|&nbsp;')
    return f"""<html><head><meta name="GENERATOR" content="Microsoft FrontPage 6.0"><title>{article.title}</title></head>
<body bgcolor="#FFFFFF"><div align="center"><table border="0" width="778" id="table1"><tr><td><img src="images/top.jpg" width="778" height="160"></td></tr>
<tr><td bgcolor="#336699"><p align="center">{menu}</td></tr><tr><td><p align="center"><b><font size="4" face="黑体">{article.title}</font></b></p>
{_body(article, '<p style="text-indent: 32px"><font face="宋体" size="3">{}</font></p>', "<p><b><font face=宋体>{}</font></b></p>")}
</td></tr><tr><td bgcolor="#336699"><p align="center"><font color="#FFFFFF" size="2">云溪医院版权所有　　您是第 {chance.randint(9999, 99999)} 位访客</font></td></tr></table></div></body></html>"""


def _webforms(article: Article, chance: random.Random) -> str:
    return f"""<!DOCTYPE html><html><head><meta charset="utf-8"><title>{article.title}</title></head><body><form method="post" action="./NewsView.aspx?id={chance.randint(1, 99)}" id="form1">
<input type="hidden" name="__VIEWSTATE" value="/wEPDwULLTE2" /><div id="Top1_divTop"><table class="tab_menu"><tr>{_links(_NAV, '<td><a id="Top1_{n}" href="/{n}.aspx">{title}</a></td>')}</tr></table></div>
<div class="leftPanel"><div class="lm_t">新闻中心</div><ul>{_links(("医院新闻", "通知公告", "媒体报道", "视频中心"))}</ul></div><div class="rightPanel"><div class="weizhi">您的位置：<a href="/">首页</a> &gt;&gt; <a href="/x">医院新闻</a></div>
<div class="news_title"><span id="lblTitle">{article.title}</span></div><div class="news_info">发布时间：<span id="lblTime">2026/11/3 9:0{chance.randint(0, 9)}:00</span> 点击数：<span id="lblHits">{chance.randint(1, 500)}</span></div>
<div id="divContent" class="news_con">{_body(article, '<p class="MsoNormal"><span style="font-size:14pt">{}</span></p>')}</div>
<div class="fenye"><a href="?id=1">上一条：{_OTHERS[4]}</a> <a href="?id=3">下一条：{_OTHERS[5]}</a></div></div>
<div class="bottom">主办单位：云溪医院 地址：解放路九号 邮编：000000<br />备案号：云ICP备00000000号 云公网安备 00000000000000号</div></form></body></html>"""


def _government(article: Article, chance: random.Random) -> str:
    lis = _links(
        _OTHERS[:5], '<li><span>2026-{day}</span><a href="./{n}.html" title="{title}">{title}</a></li>'
    )
    return f"""<!DOCTYPE html><html><head><meta charset="utf-8"><meta name="ArticleTitle" content="{article.title}"><meta name="PubDate" content="2026-11-03 09:30">
<title>{article.title}_云溪市卫生健康委员会</title></head><body><div class="top"><div class="w1200"><a href="/wza">无障碍</a><a href="/lnb">老年模式</a><a href="/en">English</a><a href="/ft">繁体</a></div></div>
<div class="daohang w1200"><a href="/">首页</a><a href="/zwgk">政务公开</a><a href="/bszl">办事服务</a><a href="/hdjl">互动交流</a><a href="/jkzs">健康知识</a></div>
<div class="mianbao w1200"><b>当前位置：</b><a href="/">首页</a>&gt;<a href="/x">新闻动态</a></div><div class="xl-content w1200"><div class="xl-tit"><h2>{article.title}</h2>
<div class="xl-xx"><span>发布时间：2026-11-03 09:30</span><span>来源：云溪市卫生健康委</span><span>字号：[ <a>大</a> <a>中</a> <a>小</a> ]</span><span>浏览次数：{chance.randint(1, 999)}</span></div></div>
<div class="TRS_Editor"><div class="trs_editor_view TRS_UEDITOR">{_body(article, '<p style="text-align: justify; text-indent: 2em;">{}</p>')}</div></div>
<div class="fj"></div><div class="fx"><span>分享到：</span><a class="wx">微信</a><a class="wb">微博</a><a>【打印】</a><a>【关闭】</a></div></div>
<div class="xgwz w1200"><h3>相关文章</h3><ul>{lis}</ul></div><div class="dibu"><p><a href="/about">关于我们</a>|<a href="/map">网站地图</a>|<a href="/law">法律声明</a></p>
<p>主办：云溪市卫生健康委员会　政府网站标识码：0000000000　云ICP备00000000号</p></div></body></html>"""


def _single_page(article: Article, chance: random.Random) -> str:
    cards = _links(
        _OTHERS[:4],
        '<div class="card"><a href="#/n/{n}"><div class="card-title">{title}</div><div class="card-date">2026-{day}</div></a></div>',
    )
    return f"""<!doctype html><html lang="zh"><head><meta charset="utf-8"><title>云溪医院</title><link rel="stylesheet" href="/assets/index-{chance.randint(1, 999)}.css"></head><body><div id="app" data-v-app="">
<div class="layout" data-v-1><div class="layout__bar" data-v-1>{_links(_NAV[:6], '<div class="bar-item"><a href="#/{n}"><span>{title}</span></a></div>')}</div>
<div class="layout__view" data-v-1><div class="detail" data-v-2><div class="detail__title" data-v-2>{article.title}</div><div class="detail__meta" data-v-2><span>来源：云溪医院</span><span>日期：2026-11-03</span></div>
<div class="detail__rich" data-v-2>{_body(article, "<section><span>{}</span></section>", "<section><strong>{}</strong></section>")}</div></div><div class="more" data-v-3><div class="more__hd">更多动态</div>{cards}</div></div>
<div class="layout__foot" data-v-1><span>© 2026 云溪医院</span><span>云ICP备00000000号</span></div></div></div><script type="module" src="/assets/index.js"></script></body></html>"""


def _bootstrap(article: Article, chance: random.Random) -> str:
    return f"""<!DOCTYPE html><html><head><meta charset="utf-8"><title>{article.title}|云溪健康管理中心</title></head><body><nav class="navbar navbar-default navbar-fixed-top"><div class="container">
<a class="navbar-brand" href="/">云溪</a><ul class="nav navbar-nav">{_links(_NAV[:6])}</ul></div></nav><div class="jumbotron"><div class="container"><h1>{article.title}</h1></div></div>
<div class="container"><div class="row"><div class="col-md-9 article-body">{_body(article, '<p class="lead">{}</p>', "<h2>{}</h2>")}<div class="panel panel-default"><div class="panel-heading">猜你喜欢</div>
<div class="list-group">{_links(_OTHERS[1:6], '<a class="list-group-item" href="/{n}.html">{title}</a>')}</div></div></div><div class="col-md-3"><div class="panel panel-info"><div class="panel-heading">热门文章</div><div class="panel-body"><ul>{_links(_OTHERS[:7])}</ul></div></div></div></div></div>
<footer class="footer"><div class="container"><p class="text-muted">© 2026 云溪健康管理中心 {chance.randint(1, 9)}号楼</p></div></footer><div class="modal fade" id="m1" style="display:none"><div class="modal-body"><p>请留下您的问题</p></div></div></body></html>"""


def _mobile(article: Article, chance: random.Random) -> str:
    return f"""<!DOCTYPE html><html><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{article.title}-手机云溪</title></head><body><div data-role="page" id="p{chance.randint(1, 99)}">
<div data-role="header"><a href="/wap">返回</a><h1>云溪医院</h1><a href="/wap/menu">菜单</a></div><div class="wap-nav"><a href="/wap/1">简介</a><a href="/wap/2">科室</a><a href="/wap/3">专家</a><a href="/wap/4">路线</a></div>
<div data-role="content"><div class="bt">{article.title}</div><div class="sj">2026-11-03 来源：云溪医院</div>{_body(article)}</div>
<div class="tj"><div class="tj-bt">推荐阅读</div><ul data-role="listview">{_links(_OTHERS[:4])}</ul></div><div data-role="footer"><h4>电话咨询 | 在线预约</h4></div></div></body></html>"""


def _public_account(article: Article, chance: random.Random) -> str:
    return f"""<!DOCTYPE html><html><head><meta charset="utf-8"><meta property="og:title" content="{article.title}" /><title></title></head><body id="activity-detail" class="zh_CN"><div id="js_article" class="rich_media">
<div class="rich_media_inner"><div id="page-content"><div id="img-content"><h1 class="rich_media_title" id="activity-name">{article.title}</h1><div id="meta_content" class="rich_media_meta_list"><span class="rich_media_meta rich_media_meta_text">来源：宣传科</span></div>
<div class="rich_media_content" id="js_content" style="visibility: hidden; opacity: 0;">{_body(article, '<section style="line-height:1.75em"><span leaf="">{}</span></section>', "<section><strong>{}</strong></section>")}</div></div></div></div></div>
<script>var ct = "17{chance.randint(10000000, 99999999)}";</script></body></html>"""


_SYSTEMS = (
    ("dedecms", _dedecms, "gbk"),
    ("phpcms", _phpcms, "gbk"),
    ("empirecms", _empirecms, "gbk"),
    ("wordpress", _wordpress, "utf-8"),
    ("discuz", _discuz, "gbk"),
    ("frontpage", _frontpage, "gb18030"),
    ("webforms", _webforms, "utf-8"),
    ("government", _government, "utf-8"),
    ("single-page", _single_page, "utf-8"),
    ("bootstrap", _bootstrap, "utf-8"),
    ("mobile", _mobile, "utf-8"),
    ("public account", _public_account, "utf-8"),
)
